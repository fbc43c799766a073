// Compiles each file argument as far as names and syntax go, with the Groovy that Jenkins carries.
// Prints `FILE: MESSAGE` for each file that does not compile.
import org.codehaus.groovy.control.CompilationFailedException
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.Phases

args.each { name ->
    try {
        def unit = new CompilationUnit()
        unit.addSource(new File(name))
        unit.compile(Phases.SEMANTIC_ANALYSIS)
    } catch (CompilationFailedException error) {
        println "$name: ${error.message.replaceAll(/\s*\n\s*/, ' ')}"
    }
}
