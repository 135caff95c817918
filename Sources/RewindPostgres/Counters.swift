import PostgresDriver
import Rewind

/// The sequences during an exploration: where they stand, and which of them have to be looked at.
///
/// `nextval` writes to the write-ahead log, and so shows as a transaction, only every 32 numbers; but always for the
/// first number after a sequence was set. So all are set to where they stand at the start, and those that have moved
/// since are set by the next move, whether it changes them or not. Of the others none can move unless some transaction
/// ends.
struct Counters {
    private let sequences: [DatabaseSequence]
    private let numbers: [Row: Int]
    private var standings: SequenceStandings
    /// Those that can move on without a transaction that shows.
    private var loose: Set<Int> = []

    init(_ sequences: [DatabaseSequence], _ standings: SequenceStandings) {
        self.sequences = sequences
        self.standings = standings
        numbers = Dictionary(sequences.map { ($0.key, $0.number) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: Looking

    /// The call that looks at those which can move unseen, if there are any.
    func probeLoose(_ connection: PostgresConnection) throws(PostgresError) -> PostgresCall? {
        loose.isEmpty ? nil : try probe(looseSequences, connection)
    }

    /// Whether one of them moved.
    func haveMoved(_ probed: PostgresResult) -> Bool {
        let now = SequenceStandings(probed: probed, of: looseSequences, known: standings)
        return now.map { now in loose.contains { now.standings[$0] != standings.standings[$0] } } ?? true
    }

    /// The call that looks at all, if there are any.
    func probeAll(_ connection: PostgresConnection) throws(PostgresError) -> PostgresCall? {
        sequences.isEmpty ? nil : try probe(sequences, connection)
    }

    private var looseSequences: [DatabaseSequence] { loose.sorted().map { sequences[$0] } }

    private func probe(
        _ sequences: [DatabaseSequence], _ connection: PostgresConnection
    ) throws(PostgresError) -> PostgresCall {
        PostgresCall(
            try connection.statement(DatabaseSequence.probe), PostgresParameters(objectIDs: sequences.map(\.objectID)))
    }

    /// What changed, given what ``probeAll(_:)`` returned.
    mutating func follow(
        _ probed: PostgresResult?, _ connection: PostgresConnection
    ) throws(PostgresError) -> [RowChange] {
        guard let probed else { return [] }
        let now =
            if let now = SequenceStandings(probed: probed, of: sequences, known: standings) { now } else {
                try SequenceStandings(sequences, connection)
            }
        let changes = standings.follow(now, sequences)
        for change in changes { if let number = numbers[change.key] { loose.insert(number) } }
        return changes
    }

    // MARK: Setting

    /// The calls that set the sequences as a move wants them.
    func calls(
        setting changes: [RowChange], _ connection: PostgresConnection
    ) throws(PostgresError) -> [PostgresCall] {
        var wanted = Dictionary(uniqueKeysWithValues: loose.map { ($0, standings.standings[$0]) })
        for change in changes { if let number = numbers[change.key] { wanted[number] = change.after?.standing } }
        let settings = wanted.sorted { $0.key < $1.key }.compactMap { number, standing in
            standing.map { (objectID: sequences[number].objectID, standing: $0) }
        }
        if settings.isEmpty { return [] }
        let set = try connection.statement(DatabaseSequence.set)
        return [PostgresCall(set, SequenceStandings.parameters(setting: settings))]
    }

    /// Takes over what a move set.
    mutating func follow(_ changes: [RowChange]) {
        standings.follow(changes, numbers: numbers)
        loose.removeAll()
    }
}
