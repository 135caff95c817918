import ExactJSON
import Rewind

/// What laws ask of the API under test.
extension API: ExchangeSender {
    /// Sends the requests again; several at the same time, over connections and threads of their own.
    /// - Throws: ``APIError``.
    public nonisolated func sendAgain(_ exchanges: [Exchange]) async throws -> [Exchange] {
        let requests = exchanges.map(request)
        if requests.count == 1 { return [try await send(requests[0])] }
        let peers = try await peers(requests.count)
        return try await withThrowingTaskGroup(of: (Int, Exchange).self) { group in
            for (index, request) in requests.enumerated() {
                group.addTask { (index, try await peers[index].send(request)) }
            }
            var answered: [(Int, Exchange)] = []
            for try await answer in group { answered.append(answer) }
            return answered.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// The same status, and bodies that are the same to the byte or as JSON, but for members that name the request or its
    /// time.
    public nonisolated func saysTheSame(_ first: Exchange.Reply, _ second: Exchange.Reply) -> Bool {
        guard case .response(let status, _, let body) = first, case .response(status, _, let other) = second else {
            return false
        }
        if body == other { return true }
        guard let json = try? JSON(parsing: body), let otherJSON = try? JSON(parsing: other) else { return false }
        return json.comparable == otherJSON.comparable
    }

    public nonisolated func withOtherBody(_ exchange: Exchange) -> Exchange? {
        guard let other = (try? JSON(parsing: exchange.requestBody))?.withOneOtherValue else { return nil }
        var changed = exchange
        changed.requestBody = Array(other.text.utf8)
        return changed
    }
}

extension JSON {
    /// Objects in the order of their names, without members that differ between any two answers.
    fileprivate var comparable: JSON {
        switch self {
        case .null, .bool, .number, .string: self
        case .array(let elements): .array(elements.map(\.comparable))
        case .object(let members):
            .object(
                members.filter { !Self.isOfTheAnswer($0.name) }.sorted { $0.name < $1.name }
                    .map { Member($0.name, $0.value.comparable) })
        }
    }

    /// Whether a member of that name says something of the answer and nothing of what it is about.
    private static func isOfTheAnswer(_ name: String) -> Bool {
        let letters = name.lowercased().filter { $0.isLetter }
        return [
            "requestid", "traceid", "correlationid", "timestamp", "servertime", "responsetime", "replayed",
            "idempotentreplayed",
        ].contains(letters)
    }

    /// Another value of the same shape: with another number, or else another text.
    fileprivate var withOneOtherValue: JSON? {
        for kind in Leaf.allCases {
            if let changed = changing(kind) { return changed }
        }
        return nil
    }

    /// What may be changed, best first: that an API takes for another value and not for a mistake.
    private enum Leaf: CaseIterable {
        case decimalText, number, textWithDigit, text

        func changed(_ value: JSON) -> JSON? {
            switch (self, value) {
            case (.decimalText, .string(let text)) where text.contains { $0.isNumber } && JSON.decimal(of: text) != nil:
                return .string(JSON.withOtherDigit(text))
            case (.number, .number(let text)): return .number(JSON.withOtherDigit(text))
            case (.textWithDigit, .string(let text)) where text.contains { $0.isASCII && $0.isNumber }:
                return .string(JSON.withOtherDigit(text))
            case (.text, .string(let text)): return .string(text + "x")
            default: return nil
            }
        }
    }

    private func changing(_ kind: Leaf) -> JSON? {
        if let changed = kind.changed(self) { return changed }
        switch self {
        case .array(var elements):
            for index in elements.indices {
                guard let changed = elements[index].changing(kind) else { continue }
                elements[index] = changed
                return .array(elements)
            }
        case .object(var members):
            for index in members.indices {
                guard let changed = members[index].value.changing(kind) else { continue }
                members[index].value = changed
                return .object(members)
            }
        default: break
        }
        return nil
    }

    /// With the first digit that is not 0 or the last of the text changed by one: `100.00` to `200.00`, `7` to `8`, `9` to
    /// `8`. The first, as the last may be below what the currency has.
    private static func withOtherDigit(_ text: String) -> String {
        let digits = text.indices.filter { text[$0].isASCII && text[$0].isNumber }
        guard let index = digits.first(where: { text[$0] != "0" }) ?? digits.last,
            let digit = text[index].wholeNumberValue
        else { return text + "1" }
        let other = digit == 9 ? 8 : digit + 1
        return text.replacingCharacters(in: index...index, with: String(other))
    }
}

extension String {
    fileprivate func replacingCharacters(in range: ClosedRange<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[index(after: range.upperBound)...])
    }
}
