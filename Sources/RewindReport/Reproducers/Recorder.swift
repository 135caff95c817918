import ExactJSON
import Foundation
import Rewind

/// Writes down the requests of a path one after another: what came from earlier answers by its place there, and what is
/// secret by a name.
struct Recorder {
    private let redaction: Redaction
    private var values = AnsweredValues()
    /// Values of secrets by the name of their field.
    private var secrets: [String: [String]] = [:]

    init(redaction: Redaction) { self.redaction = redaction }

    mutating func record(_ exchange: Exchange) -> RecordedExchange {
        let shown = exchange.redacted(by: redaction)
        let contentType = exchange.requestHeaders.first { $0.name.lowercased() == "content-type" }?.value ?? ""
        let isText = String(validating: exchange.requestBody, as: UTF8.self) != nil
        var headers: [RecordedHeader] = []
        for header in exchange.requestHeaders where !Self.headersOfTheClient.contains(header.name.lowercased()) {
            headers.append(self.header(header))
        }
        let recorded = RecordedExchange(
            method: exchange.method, path: path(exchange.path),
            headers: headers,
            body: isText ? body(exchange.requestBody, contentType) : nil,
            reply: RecordedExchange.Reply(shown.reply))
        values.note(exchange)
        return recorded
    }

    /// What every client sends in its own way.
    private static let headersOfTheClient: Set<String> = [
        "host", "content-length", "user-agent", "accept", "accept-encoding", "connection", "expect",
    ]

    // MARK: Places

    private mutating func path(_ path: String) -> RecordedText {
        let halves = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var recorded = RecordedText()
        var before = ""
        for (index, segment) in halves[0].split(separator: "/", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { recorded.append("/") }
            recorded += value(String(segment), named: before, shown: redaction.path(String(segment)))
            before = String(segment)
        }
        if halves.count > 1 {
            recorded.append("?")
            recorded += fields(String(halves[1]))
        }
        return recorded
    }

    /// `a=1&b=2`
    private mutating func fields(_ text: String) -> RecordedText {
        var recorded = RecordedText()
        for (index, field) in text.split(separator: "&", omittingEmptySubsequences: false).enumerated() {
            if index > 0 { recorded.append("&") }
            let halves = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            recorded.append(halves[0] + (halves.count > 1 ? "=" : ""))
            guard halves.count > 1 else { continue }
            let shown = redaction.path("?" + field).dropFirst(halves[0].count + 2)
            recorded += value(halves[1], named: halves[0], shown: String(shown))
        }
        return recorded
    }

    private mutating func header(_ header: Exchange.Header) -> RecordedHeader {
        let shown = redaction.headers([header]).first?.value ?? ""
        let words = header.value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        // “Bearer 1234”: the scheme is no secret, and what follows it may come from a login.
        guard words.count == 2, header.name.lowercased().hasSuffix("authorization") else {
            return RecordedHeader(name: header.name, value: value(header.value, named: header.name, shown: shown))
        }
        var recorded = RecordedText(words[0] + " ")
        recorded += value(words[1], named: header.name, shown: shown)
        return RecordedHeader(name: header.name, value: recorded)
    }

    private mutating func body(_ bytes: [UInt8], _ contentType: String) -> RecordedText {
        if let json = try? JSON(parsing: bytes) { return text(of: json, named: "") }
        let text = String(decoding: bytes, as: UTF8.self)
        if contentType.lowercased().hasPrefix("application/x-www-form-urlencoded") { return fields(text) }
        let shown = String(decoding: redaction.body(bytes, contentType: contentType), as: UTF8.self)
        return hidden(shown, of: text, named: "body")
    }

    private mutating func text(of json: JSON, named name: String) -> RecordedText {
        let shown = shown(json, named: name)
        switch json {
        case .null, .bool:
            return RecordedText(json.text)
        case .number(let digits):
            return value(digits, named: name, shown: shown == Self.hiddenText ? Redaction.replacement : digits)
        case .string:
            var recorded = RecordedText("\"")
            // As it stands between the quotes, so that it can be put there as it is.
            recorded += value(
                String(json.text.dropFirst().dropLast()), named: name, shown: String(shown.dropFirst().dropLast()))
            recorded.append("\"")
            return recorded
        case _ where shown == Self.hiddenText:
            return hidden(Redaction.replacement, of: json.text, named: name)
        case .array(let elements):
            return joined(elements.map { (nil, $0) }, "[", "]", named: name)
        case .object(let members):
            return joined(members.map { ($0.name, $0.value) }, "{", "}", named: name)
        }
    }

    private static let hiddenText = "\"\(Redaction.replacement)\""

    private mutating func joined(
        _ values: [(name: String?, value: JSON)], _ open: String, _ close: String, named name: String
    ) -> RecordedText {
        var recorded = RecordedText(open)
        for (index, member) in values.enumerated() {
            if index > 0 { recorded.append(",") }
            if let name = member.name { recorded.append(JSON.string(name).text + ":") }
            recorded += text(of: member.value, named: member.name ?? name)
        }
        recorded.append(close)
        return recorded
    }

    /// The value as JSON, hidden if a member of that name is.
    private func shown(_ json: JSON, named name: String) -> String {
        let (start, end) = name.isEmpty ? ("", "") : ("{\(JSON.string(name).text):", "}")
        let bytes = redaction.body(Array((start + json.text + end).utf8))
        return String(String(decoding: bytes, as: UTF8.self).dropFirst(start.count).dropLast(end.count))
    }

    // MARK: Values

    /// A value by where it came from, or else without what is secret in it.
    private mutating func value(_ value: String, named name: String, shown: String) -> RecordedText {
        if let place = values.place(of: value, named: name) {
            var recorded = RecordedText()
            recorded.append(.answered(place))
            return recorded
        }
        return hidden(shown, of: value, named: name)
    }

    private mutating func hidden(_ shown: String, of value: String, named name: String) -> RecordedText {
        var recorded = RecordedText()
        for (index, piece) in shown.components(separatedBy: Redaction.replacement).enumerated() {
            if index > 0 {
                recorded.append(.secret(secret(value + String(repeating: "\n", count: index), named: name)))
            }
            recorded.append(piece)
        }
        return recorded
    }

    /// `ACCESS_TOKEN`, and `ACCESS_TOKEN_2` for another of that name.
    private mutating func secret(_ value: String, named name: String) -> String {
        let letters = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? String($0) : "_" }
        let plain = letters.joined().uppercased()
        let base = plain.first?.isLetter == true ? plain : "SECRET"
        let known = secrets[base, default: []].firstIndex(of: value) ?? secrets[base, default: []].count
        if known == secrets[base, default: []].count { secrets[base, default: []].append(value) }
        return known == 0 ? base : "\(base)_\(known + 1)"
    }
}
