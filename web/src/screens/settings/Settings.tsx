// Comes next.
export default function Settings(_: any) {
  return null;
}
