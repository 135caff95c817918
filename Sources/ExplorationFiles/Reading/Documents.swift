import Foundation

/// A file as a tree, before anything is made of it.
struct Document {
    let node: LocatedNode
    /// As it was named: relative to where the first file was named from.
    let path: String
}

/// Reads a file and what it imports, each file once.
struct DocumentReader {
    var environment: EnvironmentValues
    private(set) var errors: [FileError] = []
    /// What is imported comes before what imports it.
    private(set) var documents: [Document] = []
    /// In the order in which they were opened: the order of errors.
    private(set) var order: [String] = []
    private(set) var isComplete = true
    private var known: Set<String> = []
    /// The files that are being read, from the first.
    private var chain: [(path: String, resolved: String)] = []

    init(_ environment: [String: String]) { self.environment = EnvironmentValues(environment) }

    /// Reads a file.
    /// - Parameter importer: the place that names it.
    mutating func read(_ path: String, at importer: SourcePosition) {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
        if let circle = chain.firstIndex(where: { $0.resolved == resolved }) {
            let names = (chain[circle...] + [chain[circle]]).map(\.path).joined(separator: " → ")
            return fail(FileError("The imports go in a circle: \(names).", at: importer))
        }
        guard known.insert(resolved).inserted else { return }
        do throws(FileError) {
            parse(try TextGuard.text(of: try Self.bytes(of: path, at: importer), file: path), path, resolved)
        } catch {
            if !order.contains(path) { order.append(path) }
            fail(error)
        }
    }

    /// Reads bytes as if they stood in that file.
    mutating func read(_ bytes: [UInt8], _ path: String) {
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
        known.insert(resolved)
        do throws(FileError) {
            parse(try TextGuard.text(of: bytes, file: path), path, resolved)
        } catch {
            order.append(path)
            fail(error)
        }
    }

    private mutating func parse(_ text: String, _ path: String, _ resolved: String) {
        order.append(path)
        chain.append((path, resolved))
        defer { chain.removeLast() }
        do throws(FileError) {
            // The closure of the parser can't write to this value.
            var values = environment
            let node = try LocatedNode(parsing: text, file: path) { values.substitute(in: $0) }
            environment = values
            if node.isNothing { throw FileError("The file is empty.", at: node.position) }
            for name in node["import"]?.texts ?? [] where !name.value.isEmpty {
                read(Self.path(of: name.value, besides: path), at: name.position)
            }
            documents.append(Document(node: node, path: path))
        } catch {
            fail(error)
        }
    }

    private mutating func fail(_ error: FileError) {
        errors.append(error)
        isComplete = false
    }

    /// A path that is named in a file, as seen from where that file was named.
    static func path(of name: String, besides file: String) -> String {
        guard !name.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return name }
        return file[...slash] + name
    }

    /// - Throws: ``FileError`` when it can't be read, with the reason.
    static func bytes(of path: String, at importer: SourcePosition) throws(FileError) -> [UInt8] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw FileError("There is no file “\(path)”.", at: importer)
        }
        guard !isDirectory.boolValue else { throw FileError("“\(path)” is a directory, not a file.", at: importer) }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw FileError("The file “\(path)” can't be opened: may it be read?", at: importer)
        }
        defer { try? file.close() }
        do {
            // One byte more than is allowed, so that a file without end is noticed.
            return [UInt8](try file.read(upToCount: TextGuard.mostBytes + 1) ?? Data())
        } catch {
            throw FileError("The file “\(path)” can't be read: \(error.localizedDescription)", at: importer)
        }
    }
}
