// Comes next.
export default function Activity(_: any) {
  return null;
}
