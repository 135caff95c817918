import CSQLite

/// Something a statement would do, as SQLite asks about it while it compiles the statement
/// (<https://sqlite.org/c3ref/c_alter_table.html>).
public enum SQLiteAccess: Hashable, Sendable {
    case select
    case read(table: String, column: String)
    case function(String)
    /// Everything else, by SQLite's number for it.
    case other(Int32)
}

/// For statements that somebody else wrote.
extension SQLiteConnection {
    /// Has statements compiled only when all they do is allowed.
    public func allow(only isAllowed: @escaping (SQLiteAccess) -> Bool) {
        let box = AuthorizerBox(isAllowed)
        callbacks["authorizer"] = box
        sqlite3_set_authorizer(handle, authorize, Unmanaged.passUnretained(box).toOpaque())
    }

    /// Ends a statement with an error after about that many instructions of SQLite's virtual machine, counted from the
    /// last ``renewInstructions()``.
    public func limitInstructions(to count: Int) {
        let box = InstructionBudget(count / instructionsPerLook)
        callbacks[budgetName] = box
        sqlite3_progress_handler(
            handle, Int32(instructionsPerLook), spendInstructions, Unmanaged.passUnretained(box).toOpaque())
    }

    /// Begins the count of ``limitInstructions(to:)`` anew.
    public func renewInstructions() { (callbacks[budgetName] as? InstructionBudget)?.renew() }

    /// Refuses texts, blobs and rows of more than that many bytes.
    public func limitLength(toBytes count: Int) {
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(clamping: count))
    }

    /// Takes text in double quotes for a name and never, as SQLite otherwise does when there is no such name, for a text.
    /// - Throws: ``SQLiteError`` when SQLite was built without the switch.
    public func requireSingleQuotesForTexts() throws(SQLiteError) {
        for option in [SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL] {
            let code = rewind_sqlite3_set_flag(handle, option, 0)
            guard code == SQLITE_OK else { throw error(code, nil) }
        }
    }
}

private let instructionsPerLook = 10_000
private let budgetName = "instructions"

private final class AuthorizerBox {
    let isAllowed: (SQLiteAccess) -> Bool

    init(_ isAllowed: @escaping (SQLiteAccess) -> Bool) { self.isAllowed = isAllowed }
}

private func authorize(
    _ data: UnsafeMutableRawPointer?, _ action: Int32, _ first: UnsafePointer<CChar>?, _ second: UnsafePointer<CChar>?,
    _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?
) -> Int32 {
    guard let data else { return SQLITE_DENY }
    func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
    let access: SQLiteAccess =
        switch action {
        case SQLITE_SELECT: .select
        case SQLITE_READ: .read(table: text(first), column: text(second))
        case SQLITE_FUNCTION: .function(text(second))
        default: .other(action)
        }
    let box = Unmanaged<AuthorizerBox>.fromOpaque(data).takeUnretainedValue()
    return box.isAllowed(access) ? SQLITE_OK : SQLITE_DENY
}

private final class InstructionBudget {
    private let looks: Int
    private var left: Int

    init(_ looks: Int) {
        self.looks = max(1, looks)
        left = self.looks
    }

    func renew() { left = looks }

    func isSpent() -> Bool {
        left -= 1
        return left < 0
    }
}

private func spendInstructions(_ data: UnsafeMutableRawPointer?) -> Int32 {
    guard let data else { return 1 }
    return Unmanaged<InstructionBudget>.fromOpaque(data).takeUnretainedValue().isSpent() ? 1 : 0
}
