import CPostgres

/// Where a connection would lead, read from its URL without connecting.
public struct PostgresURL: Sendable, Hashable {
    /// The settings that the URL gives, by libpq's names (`host`, `dbname` …), the password left out.
    public let settings: [String: String]

    /// - Throws: ``PostgresError`` when libpq does not understand it.
    public init(_ url: String) throws(PostgresError) {
        if Self.mayHaveReservedCharacterInPassword(url) {
            throw PostgresError(
                sqlState: "", message: "the URL has an @ or / in its user or password; write them as %40 and %2F")
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            // libpq quotes the URL, and with it a password.
            PQfreemem(message)
            throw PostgresError(
                sqlState: "", message: "the URL is not of the form postgresql://user@host:port/database")
        }
        defer { PQconninfoFree(options) }
        var settings: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            let key = String(cString: keyword)
            if let value = option.pointee.val, !key.lowercased().contains("pass") {
                settings[key] = String(cString: value)
            }
            option += 1
        }
        self.settings = settings
    }

    /// libpq would take a part of such a password for the host or the port, and show it when it can't connect.
    private static func mayHaveReservedCharacterInPassword(_ url: String) -> Bool {
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        let beforeQuery = parts[1].prefix { $0 != "?" }
        let at = beforeQuery.lastIndex(of: "@")
        return at.map { beforeQuery[..<$0].contains { $0 == "@" || $0 == "/" } } ?? false
    }

    /// The database's name; `nil` when the URL names none.
    public var database: String? { settings["dbname"] }
}
