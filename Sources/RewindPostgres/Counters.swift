import PostgresDriver
import Rewind

/// The sequences during an exploration: where they stand, and which of them have to be looked at.
///
/// `nextval` writes to the write-ahead log, and so shows as a transaction, only every 32 numbers; but always for the
/// first number after a sequence was set. So all are set to where they stand at the start, and those that have moved
/// since are set by the next move, whether it changes them or not. Of the others none can move unless some transaction
/// ends, and only then are many sequences all looked at.
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

    /// So few are looked at every time, in the same round trip.
    private static let fewEnough = 16

    private var watched: [DatabaseSequence] {
        sequences.count <= Self.fewEnough ? sequences : loose.sorted().map { sequences[$0] }
    }

    /// The call that every capture makes, if any.
    func probe(_ connection: PostgresConnection) throws(PostgresError) -> PostgresCall? {
        let watched = watched
        return watched.isEmpty ? nil : try probe(watched, connection)
    }

    private func probe(
        _ some: [DatabaseSequence], _ connection: PostgresConnection
    ) throws(PostgresError) -> PostgresCall {
        PostgresCall(
            try connection.statement(DatabaseSequence.probe), PostgresParameters(objectIDs: some.map(\.objectID)))
    }

    /// What changed, given what the probe returned and whether a transaction has ended since the last look.
    mutating func follow(
        _ probed: PostgresResult?, aTransactionEnded: Bool, _ connection: PostgresConnection
    ) throws(PostgresError) -> [RowChange] {
        var (result, some) = (probed, watched)
        if aTransactionEnded && some.count < sequences.count {
            result = try connection.run(try probe(sequences, connection))
            some = sequences
        }
        guard let result else { return [] }
        let changes: [RowChange]
        if let now = SequenceStandings(probed: result, of: some, known: standings) {
            changes = standings.follow(now, sequences)
        } else {
            changes = standings.follow(try SequenceStandings(some, connection), sequences)
        }
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
