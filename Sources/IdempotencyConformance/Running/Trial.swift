import ExactJSON
import HTTPClient

/// One try on objects of its own, with a key of its own.
struct Trial: Sendable {
    let bench: Bench
    /// The key of its requests, unless they say another.
    let key: String
    /// What was saved.
    private var values: [String: JSON]
    /// What counted effects before the first operation; 0 without a counter.
    var countBefore = 0.0

    init(bench: Bench) {
        self.bench = bench
        key = bench.newKey()
        values = ["reference": .string(Bench.random(26))]
    }

    private var target: IdempotencyTarget { bench.target }

    // MARK: Requests

    /// The operation under the trial's key.
    func operate(_ key: String? = nil, body: String? = nil, headers: [(name: String, value: String)] = [])
        async throws -> Answer
    {
        var request = target.operation
        if let body { request.body = body }
        request.headers += headers
        return try await send(request, key: key)
    }

    /// A request under the trial's key, or another.
    func send(_ request: IdempotencyRequest, key: String? = nil) async throws -> Answer {
        try await send(request, spelledKeys: [bench.spelled(key ?? self.key)])
    }

    /// A request with these values in the header of the key, exactly; without the header if there are none.
    func send(_ request: IdempotencyRequest, spelledKeys: [String]) async throws -> Answer {
        try await bench.send(request, values, headers: spelledKeys.map { HTTPField(bench.keyHeader, $0) })
    }

    /// Prepares something. Each request has a key of its own: there are APIs that demand one of all.
    mutating func take(_ steps: [IdempotencyStep], as role: String) async throws {
        for step in steps {
            let keys = step.request.method == "GET" ? [] : [bench.spelled(bench.newKey())]
            let answer = try await send(step.request, spelledKeys: keys)
            guard answer.isAccepted else {
                throw Stop.notDecided("\(step.request), \(role), was not accepted: \(answer.summary).")
            }
            for (name, path) in step.saved {
                guard let value = (try? JSON(parsing: answer.body))?.value(at: path) else {
                    throw Stop.notDecided("\(step.request), \(role), answered without \(path.joined(separator: ".")).")
                }
                values[name] = value
            }
        }
    }

    // MARK: Effects

    /// What counts effects, now.
    func count() async throws -> Double {
        switch target.effects {
        case nil: return 0
        case .custom(let count):
            do {
                return try await count(values.mapValues(\.plainText))
            } catch {
                throw Stop.notDecided("The effects could not be counted: \(error)")
            }
        case .answer(let request, let path):
            let answer = try await bench.send(request, values, headers: [])
            let json = try? JSON(parsing: answer.body)
            guard answer.isAccepted, let number = json?.value(at: path)?.countOrNumber else {
                throw Stop.notDecided(
                    "The effects could not be counted: \(request) answered \(answer.summary), without a list or number "
                        + "at \(path.isEmpty ? "its root" : path.joined(separator: ".")).")
            }
            return number
        }
    }

    /// How many operations took effect since the trial began; nothing without a counter.
    func effects() async throws -> Int? {
        guard let step = bench.step else { return nil }
        return Int(((try await count() - countBefore) / step).rounded())
    }

    /// Says what is wrong if not exactly so many operations took effect.
    func wrongEffects(not expected: Int) async throws -> String? {
        guard let effects = try await effects(), effects != expected else { return nil }
        return Self.words(effects)
    }

    static func words(_ effects: Int) -> String {
        switch effects {
        case 0: "no effect"
        case 1: "one effect"
        default: "\(effects) effects"
        }
    }

    // MARK: Controls

    /// The reading that check 27 makes.
    var reading: IdempotencyRequest? {
        if let read = target.read { return read }
        if case .answer(let request, _) = target.effects { return request }
        return nil
    }

    /// Uses a control of the target, or says that it is missing.
    static func use<Value>(_ control: Value?, missing: String) throws -> Value {
        guard let control else { throw Stop.notApplicable(missing) }
        return control
    }

    /// Uses one of the target's closures.
    static func control(_ what: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let stop as Stop {
            throw stop
        } catch {
            throw Stop.notDecided("\(what) failed: \(error)")
        }
    }
}

extension JSON {
    /// The value there: members by name, elements by number.
    func value(at path: [String]) -> JSON? {
        path.reduce(Optional(self)) { value, name in
            if let member = value?[name] { return member }
            return Int(name).flatMap { value?[$0] }
        }
    }

    /// The length of a list, or a number, also one in a text (`"25.00"`).
    var countOrNumber: Double? {
        switch self {
        case .array(let elements): Double(elements.count)
        case .number(let text), .string(let text): Double(text)
        case .null, .bool, .object: nil
        }
    }

    /// As it is put into a path or a text.
    var plainText: String { if case .string(let text) = self { text } else { text } }
}

extension [String: JSON] {
    /// The text with `{name}` replaced by values.
    func putInto(_ text: String) -> String { replacing(in: text) { $0.plainText } }

    /// A path with values in it, percent-encoded.
    func putInto(path: String) -> String {
        replacing(in: path) { value in
            value.plainText.utf8.map { byte in
                let isPlain =
                    byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || "0123456789-._~".utf8.contains(byte))
                return isPlain ? String(Unicode.Scalar(byte)) : "%" + Self.hexadecimal(byte)
            }.joined()
        }
    }

    /// A JSON text with values in it. A string that is one `{name}` becomes the value itself.
    func putInto(json: String) -> String {
        let whole = reduce(json) { text, entry in text.replacingAll("\"{\(entry.key)}\"", with: entry.value.text) }
        return replacing(in: whole) { String(JSON.string($0.plainText).text.dropFirst().dropLast()) }
    }

    private func replacing(in text: String, _ shown: (JSON) -> String) -> String {
        reduce(text) { text, entry in text.replacingAll("{\(entry.key)}", with: shown(entry.value)) }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}

extension String {
    fileprivate func replacingAll(_ part: String, with other: String) -> String {
        guard contains(part) else { return self }
        return split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
