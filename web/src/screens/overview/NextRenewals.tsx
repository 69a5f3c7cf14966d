// What will be renewed next, and why then.
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { answer, api } from "@/api/client";
import { Moment } from "@/parts/Moment";
import { Card, Loaded } from "@/parts/Page";
import { t } from "@/text";

export function NextRenewals() {
  const next = useQuery({
    queryKey: ["certificates", "next"],
    queryFn: () => answer(api.GET("/api/v1/certificates", { params: { query: { sort: "next_at", limit: 6 } } })),
  });
  return (
    <Card title={t("overview.next")} actions={<Link href="/certificates?sort=next_at">{t("common.showAll")}</Link>}>
      <Loaded query={next} lines={3}>
        {({ items }) => {
          const planned = items.filter(({ next_at }) => next_at);
          return planned.length === 0 ? (
            <p className="soft">{t("overview.next.none")}</p>
          ) : (
            <ul className="lines">
              {planned.map((certificate) => (
                <li key={certificate.id}>
                  <span className="when"><Moment at={certificate.next_at} /></span>
                  <Link href={`/certificates/${certificate.id}`} className="strong clip" title={certificate.next_why ?? undefined} data-value>
                    {certificate.name}
                  </Link>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Card>
  );
}
