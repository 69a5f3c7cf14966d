// Whether an authority's directory answers: a word, a shape and a colour.
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import type { Probe } from "@gen/api";
import { t } from "@/text";

export function Standing({ probe }: { probe: Probe }) {
  if (probe.retired) return <span className="badge tone-bad"><ExclamationCircleIcon />{t("authorities.retired")}</span>;
  if (probe.bad_since) return <span className="badge tone-warn"><ExclamationTriangleIcon />{t("authorities.bad")}</span>;
  // An outage says nothing about whether it is still there, but it is no answer either.
  if (probe.answer) return <span className="badge tone-warn"><ExclamationTriangleIcon />{t("authorities.silent")}</span>;
  return <span className="badge tone-good"><CheckCircleIcon />{t("authorities.answers")}</span>;
}
