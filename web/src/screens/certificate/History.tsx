// Its versions, the newest first, and its runs. What is served now is never pruned.
import type { Certificate, Version } from "@gen/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { answer, api } from "@/api/client";
import { Card, Loaded } from "@/parts/Page";
import { Pager, useOffset } from "@/parts/Pager";
import { Marks } from "@/screens/activity/Marks";
import { RunList } from "@/screens/activity/RunList";
import { t } from "@/text";
import { VersionRow } from "./VersionRow";

const Dialogs = lazy(() => import("./Dialogs"));

const EACH = 10;

export default function History({ certificate }: { certificate: Certificate }) {
  const [offset, go] = useOffset();
  const [runs, goRuns] = useOffset("runs");
  const [doing, setDoing] = useState<{ doing: "roll-back" | "revoke"; version: Version }>();
  const versions = useQuery({
    queryKey: ["certificate", certificate.id, "versions", offset],
    queryFn: () => answer(api.GET("/api/v1/certificates/{certificate}/versions", { params: { path: { certificate: certificate.id }, query: { offset, limit: EACH } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <Card title={t("certificate.versions")}>
        <Loaded query={versions} lines={5}>
          {({ items, total }) => (
            <>
              {items.length === 0 && <p className="soft">{t("certificate.versions.none")}</p>}
              <ul className="versions">
                {items.map((version) => (
                  <VersionRow key={version.id} version={version} certificate={certificate} act={(what) => setDoing({ doing: what, version })} />
                ))}
              </ul>
              <Pager offset={offset} total={total} size={EACH} go={go} />
            </>
          )}
        </Loaded>
      </Card>
      <RunList title={t("certificate.runs")} query={{ certificate: certificate.id, limit: 20 }} page={{ offset: runs, go: goRuns }} above={(shown) => <Marks runs={shown} />} />
      {doing && (
        <Suspense fallback={null}>
          <Dialogs doing={doing.doing} certificate={certificate} version={doing.version} close={() => setDoing(undefined)} />
        </Suspense>
      )}
    </>
  );
}
