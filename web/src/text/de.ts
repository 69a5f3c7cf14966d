// German. A missing message is an error of the compiler.
import type { Catalogue } from ".";
import common from "./de/common.json";
import welcome from "./de/welcome.json";

export default { ...common, ...welcome } satisfies Catalogue;
