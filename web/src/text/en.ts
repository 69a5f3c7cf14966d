// English: the catalogue that every other language follows. One file for a screen.
import common from "./en/common.json";
import welcome from "./en/welcome.json";

export default { ...common, ...welcome };
