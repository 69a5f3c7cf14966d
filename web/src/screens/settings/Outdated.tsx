// Somebody else was quicker: what is different now. What was typed is still there, and can be saved on top of it.
import { t } from "@/text";

export function Outdated({ news }: { news: readonly string[] | undefined }) {
  if (!news) return null;
  return (
    <section className="trouble warn" role="alert">
      <p className="strong">{t("edit.outdated")}</p>
      {news.length > 0 && (
        <ul className="bare" data-value>
          {news.map((line) => <li key={line}>{line}</li>)}
        </ul>
      )}
      <p>{t("settings.outdated.again")}</p>
    </section>
  );
}
