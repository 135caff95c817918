import ExactnessSupport
import Rewind

/// A database and what happens to it, made up from a seed: every type, every kind of key, partition and trigger, and
/// statements that collide with each other as often as possible.
struct RandomCase: ExactnessCase {
    /// A statement, and which of the API's two connections sends it.
    struct Statement: CustomStringConvertible {
        var connection: Int
        var sql: String

        var description: String { "/*\(connection)*/ \(sql)" }
    }

    let seed: UInt64
    /// What each of the API's connections sets.
    var settings: [[String]]
    var setup: [String]
    var steps: [Step<Statement>]
    var ending: Ending

    /// - Parameter onlyNewRows: whether every row that is there at the start stays as it is.
    init(seed: UInt64, onlyNewRows: Bool = false) {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        settings = (0...1).map { _ in Self.settings(&random) }
        let schema = RandomSchema(&random)
        setup = schema.statements
        for _ in 0..<random.int(0...12) { setup.append(schema.insert(&random)) }
        steps = (0..<random.int(2...12)).map { number in
            if number > 0, random.oneIn(3) { return .move(random.int(0...20)) }
            return .request(
                onlyNewRows ? [Statement(connection: 0, sql: schema.insert(&random))] : schema.request(&random))
        }
        ending = random.pick(Ending.allCases)
    }

    private static func settings(_ random: inout SeededRandom) -> [String] {
        let all = [
            "DateStyle = 'SQL, DMY'", "IntervalStyle = 'sql_standard'", "extra_float_digits = -15",
            "bytea_output = 'escape'",
            "TimeZone = 'Asia/Kathmandu'", "client_encoding = 'LATIN1'", "search_path = \"S 1\", public, types",
            "array_nulls = on",
            "session_replication_role = replica", "quote_all_identifiers = on", "xmloption = document",
            "default_transaction_isolation = 'repeatable read'", "row_security = on", "IntervalStyle = 'iso_8601'",
        ]
        return all.filter { _ in random.oneIn(5) }
    }

    var circumstances: String { "seed \(seed), settings \(settings)" }

    var smaller: [RandomCase] { withFewerSteps + withFewerStatements + withFewerSettings + withLessSetup }

    private var withFewerSettings: [RandomCase] {
        (0...1).filter { !settings[$0].isEmpty }.map { index in changed { $0.settings[index] = [] } }
    }
}
