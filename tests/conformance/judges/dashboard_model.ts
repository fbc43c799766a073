// What Grafana itself says a dashboard is, put together from its published types. A dashboard is
// pasted as a literal behind `const dashboard: GrafanaDashboard = `, because only a literal is held
// against unknown keys.
import type * as grafana from "@grafana/schema";
import type * as barchart from "@grafana/schema/dist/esm/raw/composable/barchart/panelcfg/x/BarChartPanelCfg_types.gen";
import type * as bargauge from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type * as gauge from "@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen";
import type * as heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type * as piechart from "@grafana/schema/dist/esm/raw/composable/piechart/panelcfg/x/PieChartPanelCfg_types.gen";
import type * as stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as statetimeline from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type * as table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type * as text from "@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen";
import type * as timeseries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

// JSON has no enums: each one of strings stands for its values.
type Json<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends (infer Item)[]
      ? Json<Item>[]
      : T extends object
        ? { [Key in keyof T]: Json<T[Key]> }
        : T;

// Grafana fills panel options that are left out.
type Some<T> = T extends (infer Item)[] ? Some<Item>[] : T extends object ? { [Key in keyof T]?: Some<T[Key]> } : T;

// Not published by Grafana: the query of its Prometheus data source.
interface PrometheusTarget {
  refId: string;
  expr: string;
  datasource?: grafana.DataSourceRef;
  editorMode?: "code" | "builder";
  exemplar?: boolean;
  format?: "time_series" | "table" | "heatmap";
  hide?: boolean;
  instant?: boolean;
  interval?: string;
  legendFormat?: string;
  range?: boolean;
}

interface Placed {
  id: number;
  title: string;
  gridPos: grafana.GridPos;
}

type PanelOf<Type extends string, Options, Custom> = Placed &
  Omit<Json<grafana.Panel>, "type" | "targets" | "options" | "fieldConfig" | keyof Placed> & {
    type: Type;
    targets?: PrometheusTarget[];
    options?: Some<Json<Options>>;
    fieldConfig?: Omit<Json<grafana.FieldConfigSource>, "defaults"> & {
      defaults: Omit<Json<grafana.FieldConfig>, "custom"> & { custom?: Some<Json<Custom>> };
    };
  };

type None = Record<string, never>;

type Panel =
  | PanelOf<"barchart", barchart.Options, barchart.FieldConfig>
  | PanelOf<"bargauge", bargauge.Options, None>
  | PanelOf<"gauge", gauge.Options, None>
  | PanelOf<"heatmap", heatmap.Options, heatmap.FieldConfig>
  | PanelOf<"piechart", piechart.Options, piechart.FieldConfig>
  | PanelOf<"stat", stat.Options, None>
  | PanelOf<"state-timeline", statetimeline.Options, statetimeline.FieldConfig>
  | PanelOf<"table", table.Options, table.FieldConfig>
  | PanelOf<"text", text.Options, None>
  | PanelOf<"timeseries", timeseries.Options, timeseries.FieldConfig>;

type Row = Placed & Omit<Json<grafana.RowPanel>, "panels" | "type" | keyof Placed> & { type: "row"; panels: Panel[] };

// Not published by Grafana: what its Prometheus data source reads of an annotation (annotations.ts of grafana-prometheus).
interface PrometheusAnnotation {
  target: { refId: string; expr: string; interval?: string };
  titleFormat?: string;
  textFormat?: string;
  tagKeys?: string;
  useValueForTime?: "on" | "off";
}

type Published = Json<grafana.Dashboard>;
type Entry<Key extends "annotations" | "templating"> = NonNullable<NonNullable<Published[Key]>["list"]>[number];
type Annotation = Omit<Entry<"annotations">, "target"> & PrometheusAnnotation;
// The text of a variable's query, which its editor shows (QueryVariableModel of grafana-data).
type Variable = Entry<"templating"> & { definition?: string };

export type GrafanaDashboard = Omit<Published, "panels" | "title" | "uid" | "annotations" | "templating"> & {
  title: string;
  uid: string;
  panels: (Panel | Row)[];
  annotations?: { list?: Annotation[] };
  templating?: { list?: Variable[] };
};
