// Comes next.
export default function Overview(_: any) {
  return null;
}
