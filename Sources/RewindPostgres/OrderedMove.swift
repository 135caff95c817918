import PostgresDriver
import Rewind

/// A difference as *one* statement, for a session in which triggers and foreign keys are on.
///
/// Foreign keys are looked after once a statement has ended, however many tables it wrote. So within one statement the
/// order of rows does not matter to them: the content that they see is that of a state which was there before, in which
/// every row has what it refers to, and a row that is gone has none that refers to it, so that a cascade finds nothing.
/// The exception is a row that is there before and after: taken out and put in again, it would have a cascade take its
/// children. Such rows are updated where they are, if their table has such foreign keys.
///
/// Unique values are looked after at once. So rows leave, then change, then come.
struct OrderedMove {
    private let way: OrderedWay
    /// Tables in the order in which they first occur.
    private var steps: [Step] = []

    /// What happens in one table.
    private struct Step {
        let table: Table
        var leaving: [Row] = []
        var staying: [(before: Row, after: Row)] = []
        var coming: [Row] = []
    }

    /// - Throws: `SystemError` of kind `.notRewindable` when only the fast way could make it.
    init(_ changes: [(table: Table, before: Row?, after: Row?)], _ way: OrderedWay, _ place: DatabasePlace) throws {
        self.way = way
        var places: [Int: Int] = [:]
        for change in changes {
            let number = change.table.number
            let place = places[number, default: steps.count]
            if place == steps.count { steps.append(Step(table: change.table)) }
            places[number] = place
            if let before = change.before, let after = change.after, way.canStay(change.table, before, after) {
                steps[place].staying.append((before, after))
                continue
            }
            if let before = change.before { steps[place].leaving.append(before) }
            if let after = change.after { steps[place].coming.append(after) }
        }
        try refuseHandovers(place)
    }

    /// The calls that make it, to be run in one transaction.
    func calls(_ connection: PostgresConnection) throws(PostgresError) -> [PostgresCall] {
        if steps.isEmpty { return [] }
        var composition = Composition()
        for step in steps where !step.leaving.isEmpty { composition.delete(step.leaving, from: step.table) }
        for step in steps where !step.staying.isEmpty {
            composition.update(step.staying, in: step.table, except: way.obstacles[step.table.number].alwaysIdentity)
        }
        for step in steps where !step.coming.isEmpty { composition.insert(step.coming, into: step.table) }
        let triggers = affected.sorted().flatMap { way.obstacles[$0].triggers }
        let isDeferrable = steps.contains { way.obstacles[$0.table.number].hasDeferrable }
        var calls: [PostgresCall] = []
        for trigger in triggers { calls.append(PostgresCall(try connection.statement(trigger.off))) }
        if isDeferrable { calls.append(PostgresCall(try connection.statement("SET CONSTRAINTS ALL DEFERRED"))) }
        calls.append(PostgresCall(try connection.statement(composition.sql), composition.parameters))
        // No trigger can be switched while one waits.
        if isDeferrable { calls.append(PostgresCall(try connection.statement("SET CONSTRAINTS ALL IMMEDIATE"))) }
        for trigger in triggers { calls.append(PostgresCall(try connection.statement(trigger.on))) }
        return calls
    }

    /// Tables whose triggers could fire: a cascade fires those of its statement even if it finds no row.
    private var affected: Set<Int> {
        var affected: Set<Int> = []
        for step in steps {
            affected.insert(step.table.number)
            if step.leaving.isEmpty && step.staying.isEmpty { continue }
            for reference in way.references where reference.parent == step.table.number {
                if reference.actsOnDelete || reference.actsOnUpdate, let child = reference.child {
                    affected.insert(child)
                }
            }
        }
        return affected
    }

    // MARK: What can't be done

    /// Refuses when a value that rows refer to goes from one row to another and something acts on that: it would take the
    /// rows that refer to the value's new owner for those of the old.
    private func refuseHandovers(_ place: DatabasePlace) throws {
        for reference in way.references where reference.actsOnDelete || reference.actsOnUpdate {
            // The parts of one foreign key, as a row may go from one partition to another.
            let parts = way.references.filter { $0.root == reference.root }
            let released = Set(parts.flatMap { part in steps(of: part).flatMap { Self.released(by: $0, part) } })
            if released.isEmpty { continue }
            let taken = parts.flatMap { part in steps(of: part).flatMap { Self.taken(by: $0, part) } }
            guard let value = taken.first(where: { released.contains($0) || !reference.isSpelledOneWay }) else {
                continue
            }
            throw Self.refusal(reference, parts, value, steps.map(\.table), place)
        }
    }

    private func steps(of reference: OrderedWay.Reference) -> [Step] {
        steps.filter { $0.table.number == reference.parent }
    }

    private static func released(by step: Step, _ reference: OrderedWay.Reference) -> [Row] {
        let gone = reference.actsOnDelete ? step.leaving.compactMap { referredTo($0, reference) } : []
        return gone
            + (reference.actsOnUpdate ? changed(step, reference).compactMap { referredTo($0.before, reference) } : [])
    }

    private static func taken(by step: Step, _ reference: OrderedWay.Reference) -> [Row] {
        (step.coming + changed(step, reference).map(\.after)).compactMap { referredTo($0, reference) }
    }

    private static func changed(_ step: Step, _ reference: OrderedWay.Reference) -> [(before: Row, after: Row)] {
        step.staying.filter { referredTo($0.before, reference) != referredTo($0.after, reference) }
    }

    /// What a child would refer to the row by; NULL refers to nothing.
    private static func referredTo(_ row: Row, _ reference: OrderedWay.Reference) -> Row? {
        let cells = row.cells
        let values = reference.columns.map { cells[$0] }
        return values.contains(.null) ? nil : Row(values)
    }

    private static func refusal(
        _ reference: OrderedWay.Reference, _ parts: [OrderedWay.Reference], _ value: Row, _ tables: [Table],
        _ place: DatabasePlace
    ) -> SystemError {
        let table = tables.first { table in parts.contains { $0.parent == table.number } }
        return SystemError(
            .notRewindable,
            """
            Going back in \(place) would take the value \(value.cells.map(\.inSentence).joined(separator: ", ")) in \
            “\(table?.name ?? "")” from one row and give it to another, and the foreign key “\(reference.name)” of \
            “\(reference.childName)” would act on the rows that refer to it. \(remedy)
            """)
    }

    /// A constraint refused the move.
    static func refused(_ error: PostgresError, _ place: DatabasePlace) -> SystemError {
        SystemError(
            .notRewindable,
            """
            \(place) refuses rows that it held before: \(error.message). Rows that exchange unique values while others \
            refer to them, a constraint that depends on the time, or one that was added as NOT VALID is the usual cause. \
            \(remedy)
            """)
    }

    private static let remedy = """
        A role that may run SET session_replication_role = replica moves without foreign keys; to allow that, a superuser \
        runs GRANT SET ON PARAMETER session_replication_role.
        """
}

extension OrderedWay {
    /// Whether a row is to be, and can be, updated where it is.
    fileprivate func canStay(_ table: Table, _ before: Row, _ after: Row) -> Bool {
        guard table.hasKey, staysInPlace(table) else { return false }
        let (before, after) = (before.cells, after.cells)
        return obstacles[table.number].alwaysIdentity.allSatisfy { before[$0] == after[$0] }
    }
}

/// Deletions, updates and insertions as the parts of one statement, each stage only after the one before it.
private struct Composition {
    private(set) var parameters = PostgresParameters()
    private var parts: [String] = []
    private var counts: (leaving: [String], staying: [String], coming: [String]) = ([], [], [])
    private var expected = (leaving: ["0"], staying: ["0"])

    mutating func delete(_ rows: [Row], from table: Table) {
        parameters.append(array: rows.lazy.map { RowText.text(of: $0) })
        let name = add(table.delete(given: "$\(parameters.count)::text[]"), "d")
        counts.leaving.append(name)
        expected.leaving.append("cardinality($\(parameters.count)::text[])")
    }

    mutating func update(_ rows: [(before: Row, after: Row)], in table: Table, except fixed: Set<Int>) {
        parameters.append(array: rows.lazy.map { RowText.text(of: $0.before) })
        parameters.append(array: rows.lazy.map { RowText.text(of: $0.after) })
        let given = "$\(parameters.count - 1)::text[], $\(parameters.count)::text[]"
        closeLeaving()
        counts.staying.append(add(table.update(given: given, except: fixed, once: Self.haveLeft), "u"))
        expected.staying.append("cardinality($\(parameters.count)::text[])")
    }

    mutating func insert(_ rows: [Row], into table: Table) {
        parameters.append(array: rows.lazy.map { RowText.text(of: $0) })
        closeLeaving()
        closeStaying()
        let once = "\(Self.haveLeft) AND \(Self.haveChanged)"
        let insert = "\(table.insert(given: "$\(parameters.count)::text[]")) WHERE \(once) RETURNING 1"
        counts.coming.append(add(insert, "i"))
    }

    /// The whole; fails with a division by zero unless all rows were as said.
    var sql: String {
        var whole = self
        whole.closeLeaving()
        whole.closeStaying()
        let areAll = "(SELECT n FROM leaving) = \(expected.leaving.joined(separator: " + "))"
        let areAllStaying = "(SELECT n FROM staying) = \(expected.staying.joined(separator: " + "))"
        return "WITH \(whole.parts.joined(separator: ",\n"))\nSELECT 1 / (\(areAll) AND \(areAllStaying))::int"
    }

    private static let haveLeft = "(SELECT n FROM leaving) >= 0"
    private static let haveChanged = "(SELECT n FROM staying) >= 0"

    private mutating func add(_ statement: String, _ letter: String) -> String {
        let name = "\(letter)\(parts.count)"
        parts.append("\(name) AS (\(statement))")
        return name
    }

    private mutating func closeLeaving() { close("leaving", counts.leaving) }
    private mutating func closeStaying() { close("staying", counts.staying) }

    /// Counting the rows of a stage has it run to its end.
    private mutating func close(_ stage: String, _ names: [String]) {
        let start = "\(stage) AS MATERIALIZED"
        if parts.contains(where: { $0.hasPrefix(start) }) { return }
        let sum = (["0"] + names.map { "(SELECT count(*) FROM \($0))" }).joined(separator: " + ")
        parts.append("\(start) (SELECT \(sum) AS n)")
    }
}

extension Table {
    /// Takes out rows, given their texts.
    fileprivate func delete(given texts: String) -> String {
        if hasKey {
            return "DELETE FROM ONLY \(qualifiedName) t USING \(rows(given: texts)) k WHERE \(isLikeGiven) RETURNING 1"
        }
        return """
            DELETE FROM ONLY \(qualifiedName) WHERE ctid IN (SELECT c.id FROM (SELECT t.ctid AS id, \(text(of: "t")) AS v,
            row_number() OVER (PARTITION BY \(text(of: "t")) ORDER BY t.ctid DESC) AS n FROM ONLY \(qualifiedName) t) c
            JOIN (SELECT (k.r)::text AS v, count(*) AS n FROM \(rows(given: texts)) k GROUP BY 1) k
            ON c.v = k.v AND c.n <= k.n) RETURNING 1
            """
    }

    /// Changes all but the key of rows, given their texts before and after.
    fileprivate func update(given texts: String, except fixed: Set<Int>, once condition: String) -> String {
        let changing = columns.indices.filter { !columns[$0].isGenerated && !key.contains($0) && !fixed.contains($0) }
        let values = changing.map { index in
            let name = quoted(columns[index].name)
            return "\(name) = (k.s).\(name)\(columns[index].isXML ? "::xml" : "")"
        }
        return """
            UPDATE ONLY \(qualifiedName) t SET \(values.joined(separator: ", "))
            FROM (SELECT v::\(rowType) AS r, w::\(rowType) AS s FROM unnest(\(texts)) g(v, w) OFFSET 0) k
            WHERE \(isLikeGiven) AND \(condition) RETURNING 1
            """
    }
}
