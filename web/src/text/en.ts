// English: the catalogue that every other language follows. One file for a screen.
import common from "./en/common.json";
import certificates from "./en/certificates.json";
import edit from "./en/edit.json";
import overview from "./en/overview.json";
import plan from "./en/plan.json";
import settings from "./en/settings.json";
import account from "./en/account.json";
import first from "./en/first.json";
import authorities from "./en/authorities.json";
import certificate from "./en/certificate.json";
import activity from "./en/activity.json";
import system from "./en/system.json";
import welcome from "./en/welcome.json";

export default { ...common, ...certificates, ...edit, ...overview, ...plan, ...account, ...authorities, ...certificate, ...activity, ...first, ...settings, ...system, ...welcome };
