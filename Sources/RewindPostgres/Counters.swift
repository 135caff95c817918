import PostgresDriver
import Rewind

/// The sequences during an exploration: where they stand, and which of them have to be looked at.
///
/// `nextval` writes to the write-ahead log, and so shows as a transaction, only every 32 numbers; but always for the
/// first number after a sequence was set. So all are set to where they stand by the first move, when the API is at rest,
/// and those that have moved since by each, whether it changes them or not. Of the others none can move unless some
/// transaction ends, and only then are many sequences all looked at. Unlogged ones never show.
struct Counters {
    private let sequences: [DatabaseSequence]
    private let numbers: [Row: Int]
    private var standings: SequenceStandings
    /// Those that can move on without a transaction that shows.
    private var loose: Set<Int>

    init(_ sequences: [DatabaseSequence], _ standings: SequenceStandings) {
        self.sequences = sequences
        self.standings = standings
        numbers = Dictionary(uniqueKeysWithValues: sequences.map { ($0.key, $0.number) })
        loose = Set(sequences.map(\.number))
    }

    // MARK: Looking

    /// So few are looked at every time, in the same round trip.
    private static let fewEnough = 16

    private var watched: [DatabaseSequence] {
        sequences.count <= Self.fewEnough ? sequences : sequences.filter { $0.isUnlogged || loose.contains($0.number) }
    }

    /// The calls that every capture makes, if any.
    func probes(_ connection: PostgresConnection) throws(PostgresError) -> [PostgresCall] {
        try probes(watched, connection)
    }

    /// Those that gave out numbers all at once; the others, which the cheap way tells nothing of, one by one.
    private func probes(
        _ some: [DatabaseSequence], _ connection: PostgresConnection
    ) throws(PostgresError) -> [PostgresCall] {
        let (called, fresh) = split(some)
        var calls: [PostgresCall] = []
        if !called.isEmpty {
            let objectIDs = PostgresParameters(objectIDs: called.map(\.objectID))
            calls.append(PostgresCall(try connection.statement(DatabaseSequence.probe), objectIDs))
        }
        if !fresh.isEmpty { calls.append(PostgresCall(try connection.statement(DatabaseSequence.select(fresh)))) }
        return calls
    }

    private func split(_ some: [DatabaseSequence]) -> (called: [DatabaseSequence], fresh: [DatabaseSequence]) {
        let isCalled = { (sequence: DatabaseSequence) in standings.standings[sequence.number]?.isCalled == true }
        return (some.filter(isCalled), some.filter { !isCalled($0) })
    }

    /// What changed, given what the probes returned and whether a transaction has ended since the last look.
    mutating func follow(
        _ probed: [PostgresResult], aTransactionEnded: Bool, _ connection: PostgresConnection
    ) throws(PostgresError) -> [RowChange] {
        var (results, some) = (probed, watched)
        if aTransactionEnded && some.count < sequences.count {
            results = try connection.pipelined([probes(sequences, connection)])
            some = sequences
        }
        let (called, fresh) = split(some)
        var now = SequenceStandings()
        if !fresh.isEmpty, let result = results.last { now = SequenceStandings(result) }
        if !called.isEmpty, let result = results.first, !now.join(probed: result, of: called) {
            now = try SequenceStandings(some, connection)
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
