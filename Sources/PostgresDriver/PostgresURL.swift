import CPostgres

/// Where a connection would lead, read from its URL without connecting.
public struct PostgresURL: Sendable, Hashable {
    /// The settings that the URL gives, by libpq's names (`host`, `dbname` …), the password left out.
    public let settings: [String: String]

    /// - Throws: ``PostgresError`` when libpq does not understand it.
    public init(_ url: String) throws(PostgresError) {
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

    /// The database's name; `nil` when the URL names none.
    public var database: String? { settings["dbname"] }
}
