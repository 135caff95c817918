import Rewind

/// One request as a curl command for a POSIX shell, from an exchange that is redacted already.
struct CurlCommand {
    private let exchange: Exchange

    init(_ exchange: Exchange) { self.exchange = exchange }

    /// What curl sets by itself.
    private static let headersOfTheClient: Set<String> = [
        "host", "content-length", "user-agent", "accept", "accept-encoding", "connection", "expect",
    ]

    /// `$BASE_URL` stands for where the API is.
    var text: String {
        var words = [
            "curl -sS -X \(quoted(exchange.method)) \"${BASE_URL:-http://127.0.0.1:8080}\"\(quoted(exchange.path))"
        ]
        for header in exchange.requestHeaders where !Self.headersOfTheClient.contains(header.name.lowercased()) {
            words.append("-H \(quoted("\(header.name): \(header.value)"))")
        }
        if !exchange.requestBody.isEmpty {
            let isLong = exchange.requestBody.count > Visible.bodyBytes
            let body = String(decoding: exchange.requestBody.prefix(Visible.bodyBytes), as: UTF8.self)
            words.append("--data-raw \(quoted(body))" + (isLong ? "    # cut off: the body was longer" : ""))
        }
        return words.joined(separator: " \\\n    ") + "\n"
    }

    private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
