import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api } from "../api";

/** The site in the bar of its pages. */
export function SiteName({ id }: { id: string }) {
  const site = useQuery({ queryKey: ["site", id], queryFn: ({ signal }) => api.site(id, signal) });
  return (
    <Text className="site-name" fw={550}>
      {site.data?.name ?? id}
    </Text>
  );
}
