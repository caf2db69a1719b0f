package io.crossclear.persistence;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import com.fasterxml.jackson.databind.introspect.VisibilityChecker;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeResolverBuilder;
import com.fasterxml.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Says about Crossclear's own types, and no others, what annotations would have said. */
final class WireShape extends NopAnnotationIntrospector {

  private static final long serialVersionUID = 1L;

  private static boolean ours(Class<?> type) {
    return type.getName().startsWith("io.crossclear.");
  }

  private static boolean family(Class<?> type) {
    return ours(type) && type.isInterface() && type.isSealed();
  }

  @Override
  public VisibilityChecker<?> findAutoDetectVisibility(
      AnnotatedClass type, VisibilityChecker<?> checker) {
    if (!ours(type.getRawType()) || !type.getRawType().isRecord()) {
      return checker;
    }
    return checker
        .withFieldVisibility(Visibility.ANY)
        .withGetterVisibility(Visibility.NONE)
        .withIsGetterVisibility(Visibility.NONE);
  }

  @Override
  public JsonInclude.Value findPropertyInclusion(Annotated annotated) {
    boolean record = annotated instanceof AnnotatedClass type && ours(type.getRawType());
    return record
        ? JsonInclude.Value.empty().withValueInclusion(JsonInclude.Include.NON_ABSENT)
        : JsonInclude.Value.empty();
  }

  @Override
  public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
    Class<?> owner = member.getDeclaringClass();
    if (!ours(owner) || !owner.isRecord()) {
      return null;
    }
    Class<?> type = member.getRawType();
    return type != Optional.class && type != OptionalLong.class && type != OptionalInt.class;
  }

  @Override
  public @Nullable TypeResolverBuilder<?> findTypeResolver(
      MapperConfig<?> config, AnnotatedClass type, JavaType base) {
    if (!family(type.getRawType())) {
      return null;
    }
    JsonTypeInfo.Value named =
        JsonTypeInfo.Value.construct(
            JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "type", null, false, null);
    return new StdTypeResolverBuilder(named);
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
    if (!(annotated instanceof AnnotatedClass type) || !family(type.getRawType())) {
      return null;
    }
    return WireNames.members(type.getRawType()).stream()
        .map(member -> new NamedType(member, WireNames.of(member)))
        .toList();
  }
}
