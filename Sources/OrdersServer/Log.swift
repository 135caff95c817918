import Foundation

/// What a person should know who runs the service. Nothing secret: errors of the drivers and providers have no passwords or
/// keys in them.
enum Log {
    static func note(_ line: String) {
        FileHandle.standardError.write(Data("orders: \(line)\n".utf8))
    }
}
