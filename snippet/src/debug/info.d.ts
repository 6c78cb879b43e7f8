// What the server tells the panel about the visit; server/script writes it.
export type Law = { readonly field: string; readonly value: string; readonly row: string };
export type Purpose = { readonly id: string; readonly title: string; readonly classes: readonly string[]; readonly mode: string };
export type Cookie = { readonly name: string; readonly kind: string; readonly purpose: string; readonly vendor?: string; readonly lifetime?: string };
export type Info = {
  readonly site: string;
  readonly edition: number;
  readonly regime: string;
  readonly locale: string;
  readonly place: string;
  readonly source: string;
  readonly establishment: string;
  readonly laws: readonly Law[];
  readonly purposes: readonly Purpose[];
  readonly cookies: readonly Cookie[];
  readonly features: readonly string[];
};
declare global {
  const LX_INFO: Info;
}
