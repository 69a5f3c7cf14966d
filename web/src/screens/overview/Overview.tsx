// What needs a person, how everything stands, what happens next.
import PlusIcon from "@patternfly/react-icons/dist/esm/icons/plus-icon";
import RocketIcon from "@patternfly/react-icons/dist/esm/icons/rocket-icon";
import type { HealthCount } from "@gen/api";
import { Link } from "wouter";
import { useService } from "@/app/service";
import { useMay } from "@/app/session";
import { HealthIcon, healthWord } from "@/parts/Health";
import { Empty, LinkButton, Loaded, PageHead } from "@/parts/Page";
import { spoken, t } from "@/text";
import { NeedsYou } from "./NeedsYou";
import { NextRenewals } from "./NextRenewals";
import "./overview.css";
import { RunningNow } from "./RunningNow";
import { TimeLineCard } from "./TimeLineCard";

export default function Overview() {
  const service = useService();
  const operator = useMay("operator");
  const administrator = useMay("administrator");
  return (
    <>
      <PageHead title={t("nav.overview")}
        actions={operator && <LinkButton to="/certificates/new" variant="primary" icon={<PlusIcon />}>{t("certificates.new")}</LinkButton>} />
      <Loaded query={service} lines={10}>
        {({ certificates = [], troubles = [] }) =>
          certificates.every(({ number }) => number === 0) ? (
            <>
              <NeedsYou certificates={certificates} troubles={troubles} />
              <Empty title={t("overview.nothing")} icon={RocketIcon}
                actions={<>
                  {administrator && <LinkButton to="/first-run" variant="primary">{t("overview.firstRun")}</LinkButton>}
                  {operator && <LinkButton to="/certificates/new">{t("certificates.new")}</LinkButton>}
                </>}>
                {t("overview.nothing.why")}
              </Empty>
            </>
          ) : (
            <>
              <Counts certificates={certificates} />
              <NeedsYou certificates={certificates} troubles={troubles} />
              <TimeLineCard />
              <div className="grid-2">
                <RunningNow />
                <NextRenewals />
              </div>
            </>
          )
        }
      </Loaded>
    </>
  );
}

/** Each count is a link to what it counts. */
function Counts({ certificates }: { certificates: readonly HealthCount[] }) {
  const all = certificates.reduce((sum, { number }) => sum + number, 0);
  const written = (number: number) => number.toLocaleString(spoken() === "de" ? "de" : "en");
  return (
    <ul className="counts" aria-label={t("certificates.byHealth")}>
      {certificates.filter(({ number }) => number > 0).map(({ health, number }) => (
        <li key={health}>
          <Link href={`/certificates?health=${health}`} className={`count-card of-${health}`}>
            <span className="figure" data-value>{written(number)}</span>
            <span className="what"><HealthIcon health={health} /> {healthWord(health)}</span>
          </Link>
        </li>
      ))}
      <li>
        <Link href="/certificates" className="count-card">
          <span className="figure" data-value>{written(all)}</span>
          <span className="what">{t("overview.all")}</span>
        </Link>
      </li>
    </ul>
  );
}
