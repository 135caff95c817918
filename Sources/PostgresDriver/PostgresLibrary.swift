import CPostgres

/// The library that the driver stands on.
public enum PostgresLibrary {
    /// libpq's version, as it runs: `15.14`.
    public static var version: String {
        let number = PQlibVersion()
        return "\(number / 10_000).\(number % 10_000)"
    }
}
