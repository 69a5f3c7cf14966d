// Pages of a list, with the page in the address.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import AngleLeftIcon from "@patternfly/react-icons/dist/esm/icons/angle-left-icon";
import AngleRightIcon from "@patternfly/react-icons/dist/esm/icons/angle-right-icon";
import { useSearchParams } from "wouter";
import { t } from "@/text";
import { withWords } from "./address";

/** The rows of a page. */
export const PAGE = 50;

/** How many rows to pass over, by the address. */
export function useOffset(name = "offset"): [number, (offset: number) => void] {
  const [search, setSearch] = useSearchParams();
  const offset = Math.max(0, Number.parseInt(search.get(name) ?? "0", 10) || 0);
  const go = (to: number) =>
    setSearch((before) => withWords(before, { [name]: to > 0 ? String(to) : undefined }));
  return [offset, go];
}

/** From which row to which of how many, and the way to the others. Nothing where one page holds all. */
export function Pager({ offset, total, size = PAGE, go }: { offset: number; total: number; size?: number; go: (offset: number) => void }) {
  if (total <= size && offset === 0) return null;
  return (
    <nav className="row pager" aria-label={t("common.page", { from: offset + 1, to: Math.min(offset + size, total), total })}>
      <span className="soft end">{t("common.page", { from: Math.min(offset + 1, total), to: Math.min(offset + size, total), total })}</span>
      <Button variant="plain" icon={<AngleLeftIcon />} aria-label={t("common.previous")} isDisabled={offset === 0}
        onClick={() => go(Math.max(0, offset - size))} />
      <Button variant="plain" icon={<AngleRightIcon />} aria-label={t("common.next")} isDisabled={offset + size >= total}
        onClick={() => go(offset + size)} />
    </nav>
  );
}
