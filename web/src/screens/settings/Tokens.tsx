// API tokens: for programs. A token is shown once, when it is made.
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import KeyIcon from "@patternfly/react-icons/dist/esm/icons/key-icon";
import type { NewToken, Token } from "@gen/api";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { answer, api } from "@/api/client";
import { queries } from "@/app/queries";
import { Copy } from "@/parts/Copy";
import { Dialog } from "@/parts/Dialog";
import { Moment } from "@/parts/Moment";
import { Card, Empty, Loaded } from "@/parts/Page";
import { PAGE, Pager, useOffset } from "@/parts/Pager";
import { t, type TextId } from "@/text";
import { TokenDialog } from "./TokenDialog";

export default function Tokens() {
  const [offset, go] = useOffset();
  const [adding, setAdding] = useState(false);
  const [made, setMade] = useState<NewToken>();
  const [ending, setEnding] = useState<Token>();
  const tokens = useQuery({
    queryKey: ["tokens", offset],
    queryFn: () => answer(api.GET("/api/v1/tokens", { params: { query: { offset, limit: PAGE } } })),
    placeholderData: keepPreviousData,
  });
  const end = useMutation({
    mutationFn: (token: Token) => answer(api.DELETE("/api/v1/tokens/{token}", { params: { path: { token: token.id } } })),
    onSuccess: () => {
      setEnding(undefined);
      void queries.invalidateQueries({ queryKey: ["tokens"] });
    },
  });
  return (
    <Card title={t("settings.tokens")} actions={<Button onClick={() => setAdding(true)}>{t("settings.tokens.add")}</Button>}>
      <p className="soft">{t("settings.tokens.what")}</p>
      {made && <Made made={made} done={() => setMade(undefined)} />}
      <Loaded query={tokens} lines={4}>
        {({ items, total }) => items.length === 0 && !made ? <Empty icon={KeyIcon} title={t("settings.tokens.none")}>{t("settings.tokens.none.why")}</Empty> : (
          <>
            <ul className="rows-plain">
              {items.map((token) => (
                <li key={token.id} className="row">
                  <div className="grow">
                    <b className="break" data-value>{token.name}</b>
                    <span className="scopes">
                      {token.scopes.length > 0 ? token.scopes.map((scope) => <span key={scope} className="tag">{t(`settings.scope.${scope}` as TextId)}</span>)
                        : <span className="tag">{t("settings.tokens.allOf", { role: t(`role.${token.role}` as TextId) })}</span>}
                    </span>
                    <div className="soft">
                      {t("settings.tokens.by")} <span data-value>{token.created_by}</span> · {t("settings.tokens.used")} <Moment at={token.last_used_at} /> ·{" "}
                      {!token.expires_at ? t("settings.tokens.never") : (
                        <span className={new Date(token.expires_at) < new Date() ? "tone-bad" : undefined}>
                          {new Date(token.expires_at) < new Date() ? t("settings.tokens.ended") : t("settings.tokens.ends")} <Moment at={token.expires_at} kind="both" />
                        </span>
                      )}
                    </div>
                  </div>
                  <Button variant="link" isInline isDanger onClick={() => setEnding(token)}>{t("settings.tokens.end")}<span className="unseen" data-value> {token.name}</span></Button>
                </li>
              ))}
            </ul>
            <Pager offset={offset} total={total} go={go} />
          </>
        )}
      </Loaded>
      {adding && <TokenDialog close={() => setAdding(false)} made={(token) => { setMade(token); setAdding(false); }} />}
      {ending && (
        <Dialog title={t("settings.tokens.endOf", { name: ending.name })} yes={t("settings.tokens.end")} danger doing={end} act={() => end.mutate(ending)}
          close={() => { setEnding(undefined); end.reset(); }}>
          <p>{t("settings.tokens.end.what")}</p>
        </Dialog>
      )}
    </Card>
  );
}

/** The secret, this once. It takes the focus, which the dialog has left. */
function Made({ made, done }: { made: NewToken; done: () => void }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    // After the dialog has given the focus back to the button that opened it.
    const timer = setTimeout(() => box.current?.focus(), 50);
    return () => clearTimeout(timer);
  }, []);
  return (
    <section className="trouble wait" ref={box} tabIndex={-1} aria-label={t("settings.tokens.made", { name: made.token.name })}>
      <h3>{t("settings.tokens.made", { name: made.token.name })}</h3>
      <p>{t("settings.tokens.once")}</p>
      <p className="row once"><code className="break" data-value>{made.secret}</code> <Copy text={made.secret} label={t("settings.tokens.copy")} /></p>
      <p className="soft">{t("settings.tokens.how")} <code data-value>Authorization: Bearer …</code></p>
      <div className="row"><Button variant="secondary" size="sm" onClick={done}>{t("settings.tokens.stored")}</Button></div>
    </section>
  );
}
