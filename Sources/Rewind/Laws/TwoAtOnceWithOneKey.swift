extension Law {
    /// Two requests at the same time with one key have the effect of one.
    public static let twoAtOnceWithOneKey = Law(
        name: "two_at_once_with_one_key",
        statement: "Two requests at the same time with one Idempotency-Key have one effect.",
        source:
            "draft-ietf-httpapi-idempotency-key-header-06 §2.7: 409 for the second, or a double click charges twice",
        severity: .critical,
        howChecked: """
            For each kind of step that was one accepted request with a key, the request is sent alone from the state before \
            the step, and then, from there again, twice at the same time over two connections, three times at most. Every \
            time as many rows of each table must be new, changed and gone as when it was sent alone; one is answered as it \
            was alone, and the other the same or with a 4xx such as 409.
            """,
        cost: .requests(atMost: 1 + 2 * roundsAtOnce),
        example: """
            POST /orders, sent twice at the same time with one Idempotency-Key, made orders (2 new) where one makes orders \
            (1 new).
            """,
        needs: "a step that is one accepted request with an idempotency key",
        method: .probing(LawProbe(start: .beforeStep, next: nextPair, problem: problemOfPair)))

    /// How often two are sent: they do not always meet.
    private static var roundsAtOnce: Int { 3 }

    @Sendable private static func nextPair(
        _ step: Step, _ trials: [LawTrial], _ sender: any ExchangeSender
    ) -> [Exchange]? {
        guard let request = step.onlyAcceptedWithKey, trials.count <= roundsAtOnce else { return nil }
        guard let alone = trials.first else { return [request] }
        // What an action did beside the request, such as a fault told to the provider, is not there again.
        return alone.exchanges.allSatisfy(\.isAccepted) ? [request, request] : nil
    }

    @Sendable private static func problemOfPair(
        _ step: Step, _ trials: [LawTrial], _ sender: any ExchangeSender
    ) -> String? {
        guard trials.count > 1, let alone = trials.first, let pair = trials.last, let answer = alone.exchanges.first
        else { return nil }
        let what = "\(answer.request), sent twice at the same time with one Idempotency-Key,"
        let (one, both) = (alone.effects, pair.effects)
        if one != both { return "\(what) made \(both.inWords) where one makes \(one.inWords)." }
        let answers = pair.exchanges.map(\.answer).joined(separator: " and ")
        let winners = pair.exchanges.filter { $0.status == answer.status }
        guard let winner = winners.first, pair.exchanges.allSatisfy({ $0.status == answer.status || $0.isRefusal })
        else { return "\(what) was answered \(answers), and \(answer.answer) when it was sent alone." }
        guard winners.allSatisfy({ sender.saysTheSame(winner.reply, $0.reply) }) else {
            return "\(what) was answered \(answers), with two different bodies."
        }
        return nil
    }
}

extension Exchange {
    fileprivate var isAccepted: Bool { status.map { (200..<300).contains($0) } ?? false }
}

/// How many rows of a table are new, changed and gone. Rows themselves can't be compared: they have generated ids.
private struct Effect: Hashable {
    let system: String
    let table: String
    let new: Int
    let changed: Int
    let gone: Int

    init(_ rows: [RowChange], of table: String, in system: String) {
        self.system = system
        self.table = table
        new = rows.count { $0.before == nil }
        gone = rows.count { $0.after == nil }
        changed = rows.count - new - gone
    }
}

extension LawTrial {
    fileprivate var effects: [Effect] {
        changes.flatMap { system in
            let tables = Dictionary(grouping: system.changes.rows, by: \.table).sorted { $0.key < $1.key }
            return tables.map { Effect($0.value, of: $0.key, in: system.system) }
        }
    }
}

extension [Effect] {
    fileprivate var inWords: String {
        let tables = map { effect in
            let counts = [(effect.new, "new"), (effect.changed, "changed"), (effect.gone, "gone")]
            let words = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
            return "\(effect.table) (\(words.joined(separator: ", ")))"
        }
        return tables.isEmpty ? "no change" : tables.joined(separator: ", ")
    }
}
