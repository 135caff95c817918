import CSQLite

/// The library that the driver stands on.
public enum SQLiteLibrary {
    /// Its version, as it runs: `3.40.1`.
    public static var version: String { String(cString: sqlite3_libversion()) }
}
