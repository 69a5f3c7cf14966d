// Comes next.
export default function FirstRun(_: any) {
  return null;
}
