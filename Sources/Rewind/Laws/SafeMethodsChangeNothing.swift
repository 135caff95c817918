extension Law {
    /// GET, HEAD, OPTIONS and TRACE only read. Cost: none, the changes are known.
    public static let safeMethodsChangeNothing = Law(
        name: "safe_methods_change_nothing",
        statement: "A safe request (GET, HEAD, OPTIONS) changes nothing.",
        source: "RFC 9110 §9.2.1",
        severity: .medium,
        howChecked: """
            By the rows that changed in any system during a step, or a check of the invariants, that sent safe requests \
            only. Tables that the exploration exempts may change.
            """,
        example: "GET /orders/1 changed orders (1 row).",
        method: .judging(effectOfReading))

    @Sendable private static func effectOfReading(in step: Step) -> String? {
        guard let exchange = step.exchanges.last, step.exchanges.allSatisfy(\.isSafe), let tables = step.changedTables
        else { return nil }
        return "\(exchange.request) changed \(tables)."
    }
}
