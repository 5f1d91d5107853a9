import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import wiremock.com.jayway.jsonpath.Configuration;
import wiremock.com.jayway.jsonpath.InvalidPathException;
import wiremock.com.jayway.jsonpath.JsonPath;
import wiremock.com.jayway.jsonpath.Option;
import wiremock.com.jayway.jsonpath.PathNotFoundException;
import wiremock.com.jayway.jsonpath.spi.cache.CacheProvider;
import wiremock.com.jayway.jsonpath.spi.cache.NOOPCache;
import wiremock.com.jayway.jsonpath.spi.json.JsonProvider;
import wiremock.com.jayway.jsonpath.spi.json.JsonSmartJsonProvider;

/**
 * Reads one case a line, {"path", "document" (as text), "options"}, and answers each with one line: the value as
 * JSON, or one of the words syntax, not_found, not_applicable, failed.
 */
public final class Judge {
    public static void main(String[] args) throws Exception {
        // The cache would let one case leave its mark on the next: compiled paths keep state.
        CacheProvider.setCache(new NOOPCache());
        JsonProvider json = new JsonSmartJsonProvider();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintWriter out = new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            Map<?, ?> test = (Map<?, ?>) json.parse(line);
            out.println(answer(json, test));
        }
        out.flush();
    }

    private static String answer(JsonProvider json, Map<?, ?> test) {
        Set<Option> options = EnumSet.noneOf(Option.class);
        for (Object name : (List<?>) test.get("options")) {
            options.add(Option.valueOf((String) name));
        }
        Object document = json.parse((String) test.get("document"));
        JsonPath path;
        try {
            path = JsonPath.compile((String) test.get("path"));
        } catch (InvalidPathException | IllegalArgumentException e) {
            return "syntax";
        }
        try {
            Configuration configuration = Configuration.builder().jsonProvider(json).options(options).build();
            StringBuilder text = new StringBuilder();
            print(path.read(document, configuration), text);
            return text.toString();
        } catch (PathNotFoundException e) {
            return "not_found";
        } catch (InvalidPathException e) {
            return "not_applicable";
        } catch (RuntimeException | StackOverflowError e) {
            return "failed";
        }
    }

    private static void print(Object value, StringBuilder out) {
        if (value instanceof Map) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
                out.append(separator);
                print(entry.getKey(), out);
                out.append(':');
                print(entry.getValue(), out);
                separator = ",";
            }
            out.append(separator.equals("{") ? "{}" : "}");
        } else if (value instanceof Collection) {
            String separator = "[";
            for (Object item : (Collection<?>) value) {
                out.append(separator);
                print(item, out);
                separator = ",";
            }
            out.append(separator.equals("[") ? "[]" : "]");
        } else if (value instanceof String) {
            quote((String) value, out);
        } else if (value instanceof Double && !Double.isFinite((Double) value)) {
            throw new ArithmeticException("no JSON");
        } else {
            out.append(value);
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ' || c == 0x7f || c > 0x2000) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
