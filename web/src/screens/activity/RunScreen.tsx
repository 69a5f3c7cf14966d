// Comes next.
export default function RunScreen(_: any) {
  return null;
}
