import ExactJSON
import Rewind

/// What the answers so far said that a later request may repeat: ids, codes and tokens that the API generated.
///
/// An amount or a status that occurs in both is chance, and what the client sent before the answer repeated it was chosen:
/// neither is taken from an answer.
struct AnsweredValues: Sendable {
    private struct Known: Sendable {
        let value: String
        /// The name of the member, or of the nearest one around it.
        let name: String
        let place: AnswerPlace
    }

    private var known: [Known] = []
    /// Names and values of members that were sent.
    private var sent: Set<[String]> = []
    private var requests = 0

    /// Takes in a request, and what its answer has that was not sent.
    mutating func note(_ exchange: Exchange) {
        requests += 1
        forEachLeaf(of: exchange.requestBody) { name, _, value in sent.insert([name, value]) }
        guard case .response(_, _, let body) = exchange.reply else { return }
        let request = requests
        forEachLeaf(of: body) { name, keys, value in
            let isKnown = known.contains { $0.value == value && Self.isIdentifier($0.name) }
            guard !isKnown, !sent.contains([name, value]), Self.isIdentifier(name) || Self.looksGenerated(value) else {
                return
            }
            known.append(Known(value: value, name: name, place: AnswerPlace(request: request, keys: keys)))
        }
    }

    /// Where a value comes from that a request has under that name; in a path, the segment before it is its name.
    func place(of value: String, named name: String) -> AnswerPlace? {
        let same = known.filter { $0.value == value }
        if let generated = same.first(where: { Self.looksGenerated($0.value) }) { return generated.place }
        let best = same.max { Self.affinity($0.name, name) < Self.affinity($1.name, name) }
        guard let best, Self.affinity(best.name, name) > 0 else { return nil }
        // The first of the best, as that answer generated it.
        return same.first { Self.affinity($0.name, name) == Self.affinity(best.name, name) }?.place
    }

    /// How well the name in an answer goes with the one in a request.
    private static func affinity(_ answered: String, _ requested: String) -> Int {
        let (answered, requested) = (normalized(answered), normalized(requested))
        let singular = requested.hasSuffix("s") ? String(requested.dropLast()) : requested
        if answered == requested || answered == singular + "id" { return 3 }
        if answered == "id" { return 2 }
        return isIdentifier(requested) && isIdentifier(answered) && answered.hasSuffix(requested) ? 1 : 0
    }

    private static func normalized(_ name: String) -> String {
        name.lowercased().filter { $0 != "_" && $0 != "-" }
    }

    private static func isIdentifier(_ name: String) -> Bool {
        let name = normalized(name)
        return ["id", "uuid", "token", "code", "reference", "number", "secret"].contains { name.hasSuffix($0) }
    }

    /// Long, and with digits: nobody writes that by hand.
    static func looksGenerated(_ value: String) -> Bool {
        value.utf8.count >= 16 && value.contains(where: \.isNumber) && !value.contains(" ") && !looksLikeTime(value)
    }

    /// Whether another run may well answer something else there.
    static func isVolatile(_ value: String, named name: String) -> Bool {
        isIdentifier(name) || looksGenerated(value) || looksLikeTime(value) || Schema.Column.isNamedLikeTimestamp(name)
    }

    private static func looksLikeTime(_ value: String) -> Bool {
        let digits = Array(value.utf8.prefix(11))
        return digits.count > 10 && digits[4] == UInt8(ascii: "-") && digits[7] == UInt8(ascii: "-")
            && digits[10] == UInt8(ascii: "T")
    }

    private func forEachLeaf(of body: [UInt8], _ visit: (_ name: String, _ keys: [String], _ value: String) -> Void) {
        guard let json = try? JSON(parsing: body) else { return }
        json.forEachLeaf(visit)
    }
}

extension JSON {
    /// Calls with each text and number, the name of the member it is in, and the way to it.
    func forEachLeaf(
        name: String = "", keys: [String] = [], _ visit: (_ name: String, _ keys: [String], _ value: String) -> Void
    ) {
        switch self {
        case .string(let value): visit(name, keys, value)
        case .number(let digits): visit(name, keys, digits)
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                element.forEachLeaf(name: name, keys: keys + [String(index)], visit)
            }
        case .object(let members):
            for member in members { member.value.forEachLeaf(name: member.name, keys: keys + [member.name], visit) }
        case .null, .bool: return
        }
    }
}
