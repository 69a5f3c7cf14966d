// German. A missing message is an error of the compiler.
import type { Catalogue } from ".";
import common from "./de/common.json";
import certificates from "./de/certificates.json";
import edit from "./de/edit.json";
import overview from "./de/overview.json";
import plan from "./de/plan.json";
import settings from "./de/settings.json";
import account from "./de/account.json";
import first from "./de/first.json";
import authorities from "./de/authorities.json";
import certificate from "./de/certificate.json";
import activity from "./de/activity.json";
import system from "./de/system.json";
import welcome from "./de/welcome.json";

export default { ...common, ...certificates, ...edit, ...overview, ...plan, ...account, ...authorities, ...certificate, ...activity, ...first, ...settings, ...system, ...welcome } satisfies Catalogue;
