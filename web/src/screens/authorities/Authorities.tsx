// Authorities, by address: the list, one of them, a form for one of one's own, and the built-in ones.
import { Empty } from "@/parts/Page";
import { t } from "@/text";
import { AuthorityPage } from "./AuthorityPage";
import { AuthorityEdit } from "./AuthorityEdit";
import { AuthorityForm } from "./AuthorityForm";
import { AuthorityList } from "./AuthorityList";
import "./authorities.css";
import { IssuerEdit } from "./IssuerEdit";
import { IssuerForm } from "./IssuerForm";
import { IssuerPage } from "./IssuerPage";

export default function Authorities({ path }: { path: string }) {
  const [first = "", second = "", third = ""] = path.split("/").map(decodeURIComponent);
  if (!first) return <AuthorityList />;
  if (first === "new") return <AuthorityForm />;
  if (first === "built-in" && second === "new") return <IssuerForm />;
  if (first === "built-in" && second && third === "edit") return <IssuerEdit key={second} name={second} />;
  if (first === "built-in" && second && !third) return <IssuerPage key={second} name={second} />;
  if (second === "edit") return <AuthorityEdit key={first} id={first} />;
  if (!second) return <AuthorityPage key={first} id={first} />;
  return <Empty page title={t("app.nowhere")}>{t("app.nowhere.why")}</Empty>;
}
