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

extension PostgresURL {
    /// The same URL or list of settings, leading to another database of the same server.
    public static func naming(_ database: String, in url: String) -> String {
        guard let scheme = url.firstRange(of: "://") else {
            let value = database.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            return "\(url) dbname='\(value)'"
        }
        let name = percentEncoded(database)
        let (authority, query) = parts(of: url[scheme.upperBound...])
        let named = "\(url[..<scheme.upperBound])\(authority)/\(name)\(query)"
        // A parameter overrides the path.
        return query.contains("dbname=") ? "\(named)&dbname=\(name)" : named
    }

    /// User, host and port; and the parameters with their question mark. What is between names the database.
    private static func parts(of address: Substring) -> (authority: Substring, query: Substring) {
        // A password may have a question mark.
        let user = address.prefix { $0 != "/" }.firstIndex(of: "@") ?? address.startIndex
        let path = address[user...].firstIndex { $0 == "/" || $0 == "?" } ?? address.endIndex
        let query = address[path...].firstIndex(of: "?") ?? address.endIndex
        return (address[..<path], address[query...])
    }

    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                encoded.append(Character(UnicodeScalar(byte)))
            default:
                encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }
}
