extension Law {
    /// GET, HEAD, OPTIONS and TRACE only read. Cost: none, the changes are known.
    public static let safeMethodsChangeNothing = Law(
        name: "safe_methods_change_nothing",
        statement: "A safe request (GET, HEAD, OPTIONS) changes nothing.",
        source: "RFC 9110 §9.2.1",
        severity: .medium
    ) { step in
        guard let exchange = step.exchanges.last, step.exchanges.allSatisfy(\.isSafe), let tables = step.changedTables
        else { return nil }
        return "\(exchange.request) changed \(tables)."
    }
}
