import { Badge, Button, Code, Group, Radio, SimpleGrid, Skeleton, Stack, Table, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Tenant } from "../api";
import { Card } from "../card";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { useSession } from "../session";
import { Wide } from "../wide";

const key = ["tenants"];

/** Every organisation of the installation, for who runs it. */
export function Tenants() {
  const list = useQuery({ queryKey: key, queryFn: ({ signal }) => api.tenants(signal) });
  const here = useSession().tenant;
  const enter = useMutation({
    mutationFn: api.enter,
    onSuccess: () => window.location.assign("/dashboard/"),
  });
  if (list.isError) return <ProblemAlert error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton height={200} radius="lg" />;
  return (
    <Stack gap="lg">
      <Card title={t("All organisations")} hint={t("None sees another: not its sites, not its records, not that it exists.")}>
        <Wide stacked minWidth={460}>
          <Table verticalSpacing="sm">
            <Table.Tbody>
              {list.data.tenants.map((o) => (
                <Table.Tr key={o.id}>
                  <Table.Td fw={550}>{o.name}</Table.Td>
                  <Table.Td>
                    <Code>{o.id}</Code>
                  </Table.Td>
                  <Table.Td>
                    <Badge color="gray">{o.kind === "processor" ? t("Processor") : t("Controller")}</Badge>
                  </Table.Td>
                  <Table.Td ta="right">
                    {o.id === here ? (
                      <Badge>{t("You are here")}</Badge>
                    ) : (
                      <Button size="xs" variant="default" loading={enter.isPending} onClick={() => enter.mutate(o.id)}>
                        {t("Enter")}
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Wide>
        {enter.isError && <ProblemAlert error={enter.error} />}
      </Card>
      <NewTenant />
    </Stack>
  );
}

function NewTenant() {
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Tenant["kind"]>("processor");
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () =>
      api.newTenant({ id, name, kind, dpa: {}, branding: {}, contact: { name: "", address: "", email: "" }, created: new Date(0).toISOString() }),
    onSuccess: () => {
      setId("");
      setName("");
      return client.invalidateQueries({ queryKey: key });
    },
  });
  return (
    <Card title={t("Add an organisation")} hint={t("For a client of yours, or a part of the company that shall be on its own.")}>
      <form
        onSubmit={(e) => {
          e.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          <SimpleGrid cols={{ base: 1, xs: 2 }} className="level">
            <TextInput label={t("Name")} required withAsterisk={false} value={name} onChange={(e) => setName(e.currentTarget.value)} />
            <TextInput
              label={t("Short id")}
              description={t("Lower-case letters, digits and hyphens. It never changes.")}
              required
              withAsterisk={false}
              pattern="[a-z0-9][a-z0-9\-]{0,31}"
              value={id}
              onChange={(e) => setId(e.currentTarget.value)}
            />
          </SimpleGrid>
          <Radio.Group label={t("You act for it as")} value={kind} onChange={(v) => setKind(v as Tenant["kind"])}>
            <Group mt={6}>
              <Radio value="processor" label={t("Processor")} />
              <Radio value="controller" label={t("Controller")} />
            </Group>
          </Radio.Group>
          {make.isError && <ProblemAlert error={make.error} />}
          <Group>
            <Button type="submit" variant="default" loading={make.isPending}>
              {t("Add")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
