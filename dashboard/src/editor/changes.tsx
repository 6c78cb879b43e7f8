import { Code, ColorSwatch, Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, type SiteDocument } from "../api";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { usePurposeName } from "../purpose-names";
import { differences } from "./diff";
import { type Called, fieldName } from "./field-names";
import { Wide } from "../wide";

// Where these say nothing, the banner has words and colours of its own.
const builtIn = /^(texts|banner\.theme)\./;

/** A value as it is written; a colour is shown too. */
function Value({ path, said }: { path: string; said: string }) {
  if (said === "") return builtIn.test(path) ? <i>{t("Built-in")}</i> : "–";
  if (!/^#[0-9a-f]{6}$/i.test(said)) return said;
  return (
    <span className="swatch">
      <ColorSwatch color={said} size={14} withShadow={false} aria-hidden="true" />
      {said}
    </span>
  );
}

/** How a document differs from an edition. */
export function Changes({ site, edition, doc }: { site: string; edition: number; doc: SiteDocument }) {
  const purpose = usePurposeName(doc);
  const view = useQuery({
    queryKey: ["edition", site, edition],
    queryFn: ({ signal }) => api.edition(site, edition, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (view.isError) return <ProblemAlert error={view.error} retry={() => void view.refetch()} />;
  if (!view.data) return <Skeleton height={80} />;
  const before = view.data.site;
  const called: Called = (list, id) => {
    if (list === "purposes") return purpose(id);
    const vendor = (d: SiteDocument) => d.vendors?.find((v) => v.id === id)?.name;
    return (list === "vendors" && (vendor(doc) || vendor(before))) || id;
  };
  const list = differences(before, doc, called);
  if (list.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("No difference from edition {n}.", { n: edition })}
      </Text>
    );
  return (
    <Wide stacked minWidth={380} className="changes" data-testid="changes">
      <Table fz="sm" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("Field")}</Table.Th>
            <Table.Th>{t("Edition {n}", { n: edition })}</Table.Th>
            <Table.Th>{t("New")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.map((c) => (
            <Table.Tr key={c.path}>
              <Table.Td title={c.path}>{fieldName(c.path, called) ?? <Code fz={11}>{c.path}</Code>}</Table.Td>
              <Table.Td c="dimmed" className="clip" title={c.before}>
                <Value path={c.path} said={c.before} />
              </Table.Td>
              <Table.Td className="clip" title={c.after}>
                <Value path={c.path} said={c.after} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Wide>
  );
}
