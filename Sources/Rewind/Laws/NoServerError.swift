extension Law {
    /// A request, however wrong, is answered: no 5xx, no lost connection. Cost: none.
    public static let noServerError = Law(
        name: "no_server_error",
        statement: "No request makes the server fail or drop the connection.",
        source: "RFC 9110 §15.6: a 5xx says that the server, not the request, is at fault",
        severity: .critical,
        howChecked: "By the status of every exchange, those that invariants make included.",
        example: "POST /orders/1/refund answered 500.",
        method: .judging(failure))

    @Sendable private static func failure(in step: Step) -> String? {
        for exchange in step.exchanges {
            switch exchange.reply {
            case .response(let status, _, _) where status >= 500:
                return "\(exchange.request) answered \(status)."
            case .lost(let reason):
                return "\(exchange.request) got no answer: \(reason)."
            case .response:
                continue
            }
        }
        return nil
    }
}
