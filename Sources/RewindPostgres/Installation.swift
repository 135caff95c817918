import PostgresDriver
import Rewind

/// Puts Rewind's schema and triggers into a database, and takes them out. Each is part of the caller's transaction, so
/// at any instant all of it is there or none.
struct Installation {
    let connection: PostgresConnection
    let inspection: Inspection
    /// Whether changes of the schema can be told as they happen; otherwise they are noticed when content is verified.
    let canWatchDefinitions: Bool

    /// The name that sorts before any other, so that a row's entry is written ahead of what the API's own triggers do to
    /// the row afterwards.
    static let rowTrigger = "!rewind_row"
    static let truncateTrigger = "!rewind_truncate"
    /// Stands for a change of the schema in the log's column `tbl`.
    static let definitionEntry = -1

    /// Whether Rewind's schema is there, and is Rewind's.
    static func exists(_ connection: PostgresConnection) throws(PostgresError) -> Bool {
        let found = try connection.query(
            """
            SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'rewind' AND c.relname IN ('owner', 'position', 'log')
            """)
        return found.int64(0, 0) == 3
    }

    /// Makes the schema with an empty log and an empty position: the content is the root. Types first, since tables with
    /// XML can't be read without them.
    func prepare() throws(PostgresError) {
        try connection.execute(
            """
            CREATE SCHEMA rewind;
            COMMENT ON SCHEMA rewind IS 'Made by Rewind while it explores; "rewind restore" takes it out.';
            CREATE TABLE rewind.owner (pid int);
            CREATE TABLE rewind.log (seq bigint NOT NULL DEFAULT \(Self.entryNumber), tbl int NOT NULL, old text, new text)
                WITH (autovacuum_enabled = off);
            CREATE INDEX ON rewind.log (seq);
            ALTER TABLE rewind.log REPLICA IDENTITY FULL;
            \(Self.isAtRest);
            CREATE TABLE rewind.position (
                id bigint PRIMARY KEY, tbl int NOT NULL, key text NOT NULL, copies bigint, root text);
            CREATE TABLE rewind.tables (number int, oid oid, name \(Self.name), definition varchar(32),
                fingerprint varchar(40), is_read boolean);
            CREATE TABLE rewind.sequences (oid oid, name \(Self.name), last_value bigint, is_called boolean);
            \(inspection.tables.compactMap(\.rowTypeDefinition).joined(separator: ";\n"))
            """)
    }

    /// A schema's and a table's name, quoted. Tables whose rows are known to be short are without files for long ones.
    private static let name = "varchar(260)"

    /// The position in the write-ahead log, and not before the transaction has a number of its own: a look that finds no
    /// such transaction under way must know that any entry still to come has a higher number than those that it sees.
    private static let entryNumber = """
        CASE WHEN pg_catalog.pg_current_xact_id() IS NOT NULL
        THEN pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_insert_lsn(), '0/0') END
        """

    /// Whether no transaction that wrote to the log is under way; if so, none writes to it before the caller's ends.
    private static let isAtRest = """
        CREATE FUNCTION rewind.is_at_rest() RETURNS boolean LANGUAGE plpgsql AS $rewind$
        BEGIN
            LOCK TABLE rewind.log IN SHARE MODE NOWAIT;
            RETURN true;
        EXCEPTION WHEN lock_not_available THEN
            RETURN false;
        END $rewind$
        """

    /// Starts to record.
    func install(fingerprints: [Fingerprint], definitions: Definitions, standings: SequenceStandings) throws {
        try save(fingerprints, definitions)
        try standings.save(inspection.sequences, connection)
        try ReadingSensor.save(inspection.tables.filter { $0.sensor == .reading }, connection)
        for table in inspection.tables where table.sensor == .log {
            try connection.execute(RecordingTriggers(table: table).statements.joined(separator: ";\n"))
        }
        if canWatchDefinitions { try connection.execute(Self.definitionTriggers) }
    }

    private func save(_ fingerprints: [Fingerprint], _ definitions: Definitions) throws(PostgresError) {
        let tables = inspection.tables
        var parameters = PostgresParameters()
        parameters.append(array: tables.map { Int64($0.number) })
        parameters.append(array: tables.map { Int64($0.objectID) })
        parameters.append(array: tables.map { Array($0.name.utf8) })
        parameters.append(array: tables.map { definitions.ofTables[$0.objectID].map { Array($0.utf8) } })
        parameters.append(array: fingerprints.map { Array($0.description.utf8) })
        parameters.append(array: tables.map { Array("\($0.sensor == .reading)".utf8) })
        _ = try connection.query(
            """
            INSERT INTO rewind.tables
            SELECT * FROM unnest($1::int[], $2::oid[], $3::text[], $4::text[], $5::text[], $6::boolean[])
            """, parameters)
    }

    /// Drops everything of Rewind's.
    static func remove(_ connection: PostgresConnection) throws(PostgresError) {
        try connection.execute("DROP SCHEMA rewind CASCADE")
    }

    private static let definitionTriggers = """
        CREATE FUNCTION rewind.note_definition() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog AS $rewind$
        BEGIN
            IF current_setting('rewind.moving', true) = 'on' THEN RETURN; END IF;
            INSERT INTO rewind.log (tbl, old)
            SELECT \(definitionEntry), command_tag || ' ' || coalesce(object_identity, '')
            FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp';
        END $rewind$;
        CREATE FUNCTION rewind.note_drop() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = pg_catalog AS $rewind$
        BEGIN
            IF current_setting('rewind.moving', true) = 'on' THEN RETURN; END IF;
            INSERT INTO rewind.log (tbl, old)
            SELECT \(definitionEntry), tg_tag || ' ' || coalesce(object_identity, '')
            FROM pg_event_trigger_dropped_objects() WHERE original AND NOT is_temporary;
        END $rewind$;
        CREATE EVENT TRIGGER rewind_note_definition ON ddl_command_end EXECUTE FUNCTION rewind.note_definition();
        CREATE EVENT TRIGGER rewind_note_drop ON sql_drop EXECUTE FUNCTION rewind.note_drop();
        ALTER EVENT TRIGGER rewind_note_definition ENABLE ALWAYS;
        ALTER EVENT TRIGGER rewind_note_drop ENABLE ALWAYS
        """
}

/// The triggers that write the log: how they are spelled for one table.
///
/// They fire after the row is as it will be, for every session, whatever its role or settings. An entry holds the row
/// before and after as text.
struct RecordingTriggers {
    let table: Table

    var statements: [String] {
        let function = "rewind.note_row_\(table.number)"
        let truncation = "rewind.note_truncate_\(table.number)"
        return [
            """
            CREATE FUNCTION \(function)() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \(settings) AS $rewind$
            BEGIN
                INSERT INTO rewind.log (tbl, old, new) VALUES (\(table.number), \(text("OLD", unless: "INSERT")),
                \(text("NEW", unless: "DELETE")));
                RETURN NULL;
            END $rewind$
            """,
            """
            CREATE FUNCTION \(truncation)() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER \(settings)
            SET row_security = off AS $rewind$
            BEGIN
                INSERT INTO rewind.log (tbl, old)
                SELECT \(table.number), x.* FROM (\(table.selectTexts)) x;
                RETURN NULL;
            END $rewind$
            """,
            trigger(Installation.rowTrigger, "AFTER INSERT OR UPDATE OR DELETE", "ROW", function),
            trigger(Installation.truncateTrigger, "BEFORE TRUNCATE", "STATEMENT", truncation),
        ] + (table.isOwned ? [Installation.rowTrigger, Installation.truncateTrigger].map(enabling) : [])
    }

    /// Has a trigger fire for sessions that play a replica, too. The right to make triggers does not suffice for that.
    private func enabling(_ name: String) -> String {
        "ALTER TABLE \(table.qualifiedName) ENABLE ALWAYS TRIGGER \(quoted(name))"
    }

    private func trigger(_ name: String, _ event: String, _ level: String, _ function: String) -> String {
        """
        CREATE TRIGGER \(quoted(name)) \(event) ON \(table.qualifiedName) FOR EACH \(level)
        WHEN (pg_catalog.current_setting('rewind.moving', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION \(function)()
        """
    }

    /// A missing row is NULL by itself; spelled out field by field it would be a row of NULLs.
    private func text(_ row: String, unless event: String) -> String {
        let text = table.text(ofVariable: row)
        return table.rowTypeDefinition == nil ? text : "CASE WHEN TG_OP <> '\(event)' THEN \(text) END"
    }

    /// The API's session may spell values its own way. Setting that aside costs a microsecond for each setting, so it is
    /// done only for tables where it matters.
    private var settings: String {
        guard table.columns.contains(where: \.dependsOnSettings) else { return "" }
        return SessionSettings.spelling.map { "SET \($0.0) = \($0.0 == "search_path" ? $0.1 : literal($0.1))" }
            .joined(separator: " ")
    }
}
