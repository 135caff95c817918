import ExactnessSupport
import Rewind

extension RandomSchema {
    /// What the API does in one request: statements alone, or in transactions with savepoints, over two connections.
    func request(_ random: inout SeededRandom) -> [RandomCase.Statement] {
        let usesBoth = random.oneIn(3)
        var statements: [RandomCase.Statement] = []
        for connection in 0...1 where usesBoth || connection == 0 {
            var texts = (0..<random.int(1...4)).map { _ in statement(&random) }
            if random.oneIn(2) || usesBoth {
                if random.oneIn(2) {
                    texts.insert("SAVEPOINT s", at: random.int(0...texts.count))
                    texts.append(random.pick(["ROLLBACK TO s", "RELEASE s"]))
                    texts.append(statement(&random))
                }
                texts = ["BEGIN"] + texts + [random.pick(["COMMIT", "COMMIT", "COMMIT", "ROLLBACK"])]
            }
            let mine = texts.map { RandomCase.Statement(connection: connection, sql: $0) }
            statements = connection == 0 ? mine : Self.merged(statements, mine, &random)
        }
        return statements
    }

    /// Both in their own order, one between the other.
    private static func merged<T>(_ a: [T], _ b: [T], _ random: inout SeededRandom) -> [T] {
        var (a, b, both) = (a[...], b[...], [T]())
        while let first = a.first ?? b.first {
            if a.isEmpty || (!b.isEmpty && random.oneIn(2)) {
                both.append(b.removeFirst())
            } else {
                both.append(first)
                a.removeFirst()
            }
        }
        return both
    }

    func insert(_ random: inout SeededRandom) -> String { insert(into: random.pick(tables), &random) }

    private func value(_ column: (name: String, type: ColumnType), _ random: inout SeededRandom) -> String {
        random.oneIn(8) ? "NULL" : random.pick(column.type.values)
    }

    private func insert(into table: Table, _ random: inout SeededRandom) -> String {
        var columns = table.columns.shuffled(using: &random).map { ($0.name, value($0, &random)) }
        if let number = table.number, random.oneIn(2) { columns.append((number, "\(random.int(0...5))")) }
        if columns.isEmpty { return "INSERT INTO \(table.name) DEFAULT VALUES" }
        let list = columns.map(\.0).joined(separator: ", ")
        let overriding = table.isNumberGenerated ? " OVERRIDING SYSTEM VALUE" : ""
        return "INSERT INTO \(table.name) (\(list))\(overriding) VALUES (\(columns.map(\.1).joined(separator: ", ")))"
    }

    private func condition(_ table: Table, _ random: inout SeededRandom) -> String {
        if let number = table.number, random.oneIn(2) { return "\(number) <= \(random.int(0...4))" }
        guard let column = table.columns.randomElement(using: &random) else { return "true" }
        if table.isView { return "\(column.name) IS NOT NULL" }
        return random.pick([
            "\(column.name) IS NULL", "\(column.name) IS NOT NULL", "true",
            "ctid IN (SELECT ctid FROM \(table.name) ORDER BY ctid LIMIT 1)",
        ])
    }

    /// One statement that writes, or tries to.
    private func statement(_ random: inout SeededRandom) -> String {
        let table = random.pick(tables)
        let insert = insert(into: table, &random)
        let condition = condition(table, &random)
        let column = table.columns.randomElement(using: &random)
        let assigned =
            column.map { "\($0.name) = \(value($0, &random))" } ?? table.number.map { "\($0) = 3" } ?? "late = 1"
        switch random.int(0...17) {
        case 0...3: return insert
        case 4...6: return "UPDATE \(table.name) SET \(assigned) WHERE \(condition)"
        case 7:
            guard let number = table.number else { return insert }
            let new = random.pick(["\(number) + 1", "3 - \(number)", "\(number) % 2 + 1", "-\(number)"])
            return "UPDATE \(table.name) SET \(number) = \(new) WHERE \(condition)"
        case 8...9: return "DELETE FROM \(table.name) WHERE \(condition)"
        case 10: return "INSERT INTO \(table.name) SELECT * FROM \(table.name)"
        case 11:
            guard let target = table.conflictTarget else { return insert + " ON CONFLICT DO NOTHING" }
            return "\(insert) ON CONFLICT (\(target)) DO UPDATE SET \(assigned)"
        case 12:
            return """
                MERGE INTO \(table.name) m USING (VALUES (1), (7)) s(n) ON m.\(table.number ?? "late") = s.n
                WHEN MATCHED THEN UPDATE SET \(assigned) WHEN NOT MATCHED THEN INSERT DEFAULT VALUES
                """
        case 13:
            return
                "WITH d AS (DELETE FROM \(table.name) WHERE \(condition) RETURNING *) INSERT INTO \(table.name) SELECT * FROM d"
        case 14:
            return
                "DO $$ BEGIN \(insert); \(insert); RAISE 'x'; EXCEPTION WHEN others THEN DELETE FROM \(table.name) WHERE \(condition); END $$"
        case 15: return sequenceCall(&random)
        case 16:
            return "TRUNCATE " + random.pick(["", "ONLY "]) + table.name
                + random.pick(["", " CASCADE", " RESTART IDENTITY CASCADE"])
        default: return "UPDATE \(table.name) SET \(assigned)"
        }
    }

    private func sequenceCall(_ random: inout SeededRandom) -> String {
        let name = random.pick(["shared_sequence", "down", "many_0", "many_19", "many_7"])
        return random.pick([
            "SELECT nextval('public.\(name)')", "SELECT nextval('public.\(name)') FROM generate_series(1, 40)",
            "SELECT setval('public.\(name)', \(random.int(1...9)), \(random.pick(["true", "false"])))",
        ])
    }
}
