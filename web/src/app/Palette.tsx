// Ctrl+K: every place, every certificate, by a few letters.
import { Modal, ModalBody } from "@patternfly/react-core/dist/esm/components/Modal";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useState } from "react";
import { useLocation } from "wouter";
import { answer, api } from "@/api/client";
import { CloseWord } from "@/parts/CloseWord";
import { HealthIcon } from "@/parts/Health";
import { t, type TextId } from "@/text";
import type { Health } from "@gen/api";

type Entry = { to: string; words: string; detail?: string; health?: Health; value: boolean };

const ACTIONS: { to: string; text: TextId }[] = [
  { to: "/certificates/new", text: "palette.new" },
  { to: "/certificates?health=error", text: "palette.errors" },
  { to: "/activity/audit", text: "palette.audit" },
  { to: "/settings/account", text: "user.account" },
];

export function Palette({ close, places }: { close: () => void; places: { to: string; text: TextId }[] }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [, navigate] = useLocation();
  const list = useId();
  const search = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ["certificates", "palette", search],
    queryFn: () => answer(api.GET("/api/v1/certificates", { params: { query: { search, limit: 8 } } })),
    enabled: search.length > 1,
    placeholderData: keepPreviousData,
  });
  const words = search.toLocaleLowerCase();
  const entries: Entry[] = [
    ...[...places, ...ACTIONS]
      .map(({ to, text: id }) => ({ to, words: t(id), value: false }))
      .filter((entry) => entry.words.toLocaleLowerCase().includes(words)),
    ...(search.length > 1 ? (found.data?.items ?? []) : []).map((certificate) => ({
      to: `/certificates/${certificate.id}`,
      words: certificate.name,
      detail: certificate.identifiers_shown.slice(0, 3).join(", "),
      health: certificate.health,
      value: true,
    })),
  ];
  const chosen = Math.min(at, Math.max(entries.length - 1, 0));
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    navigate(entry.to);
  };
  const key = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setAt((chosen + step + entries.length) % Math.max(entries.length, 1));
    }
    if (event.key === "Enter") go(entries[chosen]);
  };
  return (
    <Modal isOpen onClose={close} variant="small" aria-label={t("palette.title")} position="top" className="palette">
      <CloseWord />
      <ModalBody>
        <div className="palette-input">
          <SearchIcon />
          <input
            autoFocus
            value={text}
            onChange={(event) => { setText(event.target.value); setAt(0); }}
            onKeyDown={key}
            placeholder={t("palette.hint")}
            role="combobox"
            aria-expanded
            aria-controls={list}
            aria-activedescendant={entries.length ? `${list}-${chosen}` : undefined}
            aria-label={t("palette.title")}
          />
        </div>
        <ul id={list} role="listbox" aria-label={t("palette.results")} className="palette-list">
          {entries.map((entry, index) => (
            <li key={entry.to} id={`${list}-${index}`} role="option" aria-selected={index === chosen}
              onMouseMove={() => setAt(index)} onClick={() => go(entry)}>
              {entry.health && <HealthIcon health={entry.health} />}
              <span data-value={entry.value || undefined}>{entry.words}</span>
              {entry.detail && <span className="soft" data-value>{entry.detail}</span>}
            </li>
          ))}
        </ul>
        {!entries.length && <p className="soft">{t("palette.nothing")}</p>}
      </ModalBody>
    </Modal>
  );
}
