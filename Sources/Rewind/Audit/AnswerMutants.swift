/// One answer altered on its way to the tester.
struct AnswerMutant: Sendable {
    /// Which of the step's exchanges, from 0.
    let number: Int
    /// Such as “answered 500 instead of 201 to POST /orders”.
    let what: String
    let altered: @Sendable (Exchange) -> Exchange

    /// A journal in which that answer arrives altered.
    var journal: Journal {
        let (number, altered) = (number, altered)
        return Journal { exchange, place in place == number ? altered(exchange) : exchange }
    }
}

/// Makes mutants of the answers of a step.
enum AnswerMutants {
    /// All mutants, those of the statuses first.
    static func all(of exchanges: [Exchange]) -> [AnswerMutant] {
        let statuses = exchanges.enumerated().flatMap { statusMutants(of: $1, $0) }
        let bodies = exchanges.enumerated().flatMap { bodyMutants(of: $1, $0) + headerMutants(of: $1, $0) }
        return statuses + bodies
    }

    static func statusMutants(of exchange: Exchange, _ number: Int) -> [AnswerMutant] {
        guard let status = exchange.status else { return [] }
        let others = [500] + (exchange.isRefusal ? [200] : status < 300 ? [409] : [])
        let answered = others.filter { $0 != status }.map { other in
            AnswerMutant(number: number, what: "answered \(other) instead of \(status) to \(exchange.request)") {
                $0.answering(other)
            }
        }
        return answered + [
            AnswerMutant(number: number, what: "lost the answer to \(exchange.request)") { exchange in
                var copy = exchange
                copy.reply = .lost(reason: "the audit took it")
                return copy
            }
        ]
    }

    private static func bodyMutants(of exchange: Exchange, _ number: Int) -> [AnswerMutant] {
        guard case .response(_, _, let body) = exchange.reply else { return [] }
        let scalars = JSONScalars.all(in: body)
        return scalars.indices.flatMap { index in
            let scalar = scalars[index]
            return scalar.alternatives.map { other in
                let (old, new) = (shown(scalar.text, scalar.name), shown(other, scalar.name))
                let what = "changed \(scalar.name) from \(old) to \(new) in the answer to \(exchange.request)"
                return AnswerMutant(number: number, what: what) { $0.replacingScalar(index, by: other) }
            }
        }
    }

    /// Headers that say something about the answer and not about its transport.
    private static func headerMutants(of exchange: Exchange, _ number: Int) -> [AnswerMutant] {
        guard case .response(_, let headers, _) = exchange.reply else { return [] }
        let ordinary: Set = ["content-type", "content-length", "date", "connection", "server", "transfer-encoding"]
        return headers.filter { !ordinary.contains($0.name.lowercased()) }.map { header in
            let what = "left \(header.name) out of the answer to \(exchange.request)"
            return AnswerMutant(number: number, what: what) { exchange in
                guard case .response(let status, let headers, let body) = exchange.reply else { return exchange }
                var copy = exchange
                copy.reply = .response(status: status, headers: headers.filter { $0.name != header.name }, body: body)
                return copy
            }
        }
    }

    private static func shown(_ text: String, _ name: String) -> String {
        let bare = text.hasPrefix("\"") ? AuditText.quoted(String(text.dropFirst().dropLast())) : text
        return Redaction.standard.value(bare, named: name)
    }
}

extension Exchange {
    /// The same with another status.
    func answering(_ other: Int) -> Exchange {
        guard case .response(_, let headers, let body) = reply else { return self }
        var copy = self
        copy.reply = .response(status: other, headers: headers, body: body)
        return copy
    }

    /// The same with one value of its JSON body replaced; unchanged when there is none of that number.
    fileprivate func replacingScalar(_ index: Int, by text: String) -> Exchange {
        guard case .response(let status, let headers, let body) = reply else { return self }
        let scalars = JSONScalars.all(in: body)
        guard scalars.indices.contains(index) else { return self }
        var copy = self
        let range = scalars[index].range
        copy.reply = .response(
            status: status, headers: headers,
            body: body[..<range.lowerBound] + Array(text.utf8) + body[range.upperBound...])
        return copy
    }
}

/// The values in a JSON text that have no parts.
struct JSONScalars {
    struct Scalar {
        let range: Range<Int>
        /// As it is spelled, a text with its quotes.
        let text: String
        /// The last name before it, or “the body”.
        let name: String

        /// What it could have been as well, spelled as JSON.
        var alternatives: [String] {
            if text == "true" || text == "false" { return [text == "true" ? "false" : "true"] }
            if text.hasPrefix("\"") {
                let bare = String(text.dropFirst().dropLast())
                return ((ContentMutants.decimals(besides: bare) ?? [bare + "x"]) + [""]).map { "\"\($0)\"" }
            }
            if let whole = Int64(text) { return ContentMutants.numbers(besides: whole).prefix(2).map(String.init) }
            return ContentMutants.decimals(besides: text) ?? []
        }
    }

    private let bytes: [UInt8]
    private var position = 0
    private var name = "the body"
    private var found: [Scalar] = []

    /// In the order in which they stand; none for what is no JSON object or list.
    static func all(in bytes: [UInt8]) -> [Scalar] {
        var scan = JSONScalars(bytes: bytes)
        scan.skipSpace()
        guard let first = scan.byte, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return [] }
        while scan.byte != nil { scan.step() }
        return scan.found
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
    }

    private mutating func step() {
        switch byte {
        case UInt8(ascii: "\""):
            let range = string()
            skipSpace()
            if byte == UInt8(ascii: ":") {
                name = String(
                    decoding: bytes[(range.lowerBound + 1)..<max(range.lowerBound + 1, range.upperBound - 1)],
                    as: UTF8.self)
            } else {
                add(range)
            }
        case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?, UInt8(ascii: "t")?, UInt8(ascii: "f")?:
            add(word())
        case UInt8(ascii: "n")?: _ = word()
        default: position += 1
        }
    }

    private mutating func add(_ range: Range<Int>) {
        found.append(Scalar(range: range, text: String(decoding: bytes[range], as: UTF8.self), name: name))
    }

    private mutating func string() -> Range<Int> {
        let start = position
        position += 1
        while let byte, byte != UInt8(ascii: "\"") { position += byte == UInt8(ascii: "\\") ? 2 : 1 }
        position = min(position + 1, bytes.count)
        return start..<position
    }

    private mutating func word() -> Range<Int> {
        let start = position
        let ends: Set = [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")]
        while let byte, !ends.contains(byte), byte > 0x20 { position += 1 }
        return start..<position
    }
}
