import HTTPServer
import Orders

/// `GET /metrics`: gauges in Prometheus' text format
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).
enum Metrics {
    static func answer(_ gauges: Gauges) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
            body: Array(text(gauges).utf8))
    }

    private static func text(_ gauges: Gauges) -> String {
        let reconciled = gauges.reconciledAt.map { [("", $0.secondsSince1970)] } ?? []
        let deliveries = DeliveryResult.allCases.map { result in
            (#"{result="\#(result.rawValue)"}"#, gauges.deliveries[result] ?? 0)
        }
        return [
            family(
                "orders_orphan_refunds", "Refunds pending for long that the provider never acknowledged.",
                [("", gauges.orphanRefunds)]),
            family("orders_stuck_refunds", "Refunds pending for long.", [("", gauges.stuckRefunds)]),
            family(
                "orders_stuck_operations", "Payments, captures and voids pending for long.",
                [("", gauges.stuckOperations)]),
            family("orders_stuck_payouts", "Payouts of unknown outcome for long.", [("", gauges.stuckPayouts)]),
            family(
                "orders_reconciler_last_run_seconds",
                "When the reconciler last came to its end, in seconds since 1970; absent if it never has.", reconciled),
            family("orders_webhook_deliveries", "Webhooks delivered and still in the log, by result.", deliveries),
        ].joined()
    }

    private static func family(_ name: String, _ help: String, _ samples: [(labels: String, value: Int64)]) -> String {
        "# HELP \(name) \(help)\n# TYPE \(name) gauge\n" + samples.map { "\(name)\($0.labels) \($0.value)\n" }.joined()
    }
}
