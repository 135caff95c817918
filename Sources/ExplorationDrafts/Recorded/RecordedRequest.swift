import ExactJSON
import ExplorationFiles

/// Requests that somebody sent, in order.
struct Recording {
    var file: String
    var requests: [RecordedRequest]
    /// Whether it is known what they were answered.
    var hasAnswers: Bool
    var notes: [String] = []
}

struct RecordedRequest {
    var method: String
    /// `https://api.example.com`
    var origin: String
    /// Decoded.
    var segments: [String]
    var query: [(name: String, value: String)] = []
    var headers: [(name: String, value: String)] = []
    var body: RecordedBody?
    var user: (name: String, password: String)?
    var status: Int?
    var answer: JSON?

    /// - Returns: `nil` when the text is no URL of the web.
    init?(method: String, url: String) {
        let trimmed = url.split(separator: "#", omittingEmptySubsequences: false).first.map(String.init) ?? url
        let parts = trimmed.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = parts.first, !address.isEmpty else { return nil }
        var rest = address[...]
        var scheme = "http"
        if let end = address.range(of: "://") {
            scheme = String(address[..<end.lowerBound]).lowercased()
            rest = address[end.upperBound...]
        }
        guard ["http", "https"].contains(scheme) else { return nil }
        var host = rest.prefix { $0 != "/" }
        rest = rest.dropFirst(host.count)
        if let at = host.lastIndex(of: "@") {
            let user = host[..<at].split(separator: ":", maxSplits: 1).map { String($0).percentDecoded }
            self.user = (user.first ?? "", user.count > 1 ? user[1] : "")
            host = host[host.index(after: at)...]
        }
        guard !host.isEmpty else { return nil }
        self.method = method.uppercased()
        origin = "\(scheme)://\(host)"
        segments = rest.split(separator: "/").map { String($0).percentDecoded }
        query = parts.count > 1 ? Self.pairs(parts[1]) : []
    }

    /// Those that an action can have.
    static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

    /// Whether an action can send a header of that name.
    static func isHeaderName(_ name: String) -> Bool {
        name.wholeMatch(of: /[!#$%&'*+.^_`|~0-9A-Za-z\-]+/) != nil
    }

    /// `a=1&b=two+words`, decoded.
    static func pairs(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { String($0).replacing("+", with: " ").percentDecoded }
            return (sides[0], sides.count > 1 ? sides[1] : "")
        }.filter { !$0.0.isEmpty }
    }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name }?.value
    }

    var isAccepted: Bool { status.map { (200..<400).contains($0) } ?? true }
}

enum RecordedBody {
    case json(JSON)
    case form([(name: String, value: String)])
    case multipart([(name: String, value: String, isFile: Bool)])
    case text(String, contentType: String)

    /// By its type, and by what it looks like.
    init?(_ text: String, contentType: String?) {
        let type = contentType?.lowercased() ?? ""
        if text.isEmpty { return nil }
        let isMeantAsJSON = type.isJSONType && !type.isEmpty
        if isMeantAsJSON || type.isEmpty || text.hasPrefix("{") || text.hasPrefix("[") {
            if let json = try? JSON(parsing: Array(text.utf8)) {
                self = .json(json)
                return
            }
        }
        if type.hasPrefix("application/x-www") || type.isEmpty {
            self = .form(RecordedRequest.pairs(text))
        } else {
            self = .text(text, contentType: contentType ?? "text/plain")
        }
    }
}
